// BERT with Orchid's mixers in the place of attention (Karami & Ghodsi 2024, section 4.2).
import type { Rng } from '@orchid-ml/dd-conv';
import { OrchidBlock } from '../../blocks/orchid-block.ts';
import type { ConfigOf } from '../../config/index.ts';
import { mixerOptions } from '../mixer-options.ts';
import { BertFamily } from './bert-family.ts';

/**
 * Orchid-BERT: every layer an `OrchidBlock` (`bert.encoder.layer.<i>.norm1.*`, `.mixer.*`, `.norm2.*`, `.mlp.*`) with a
 * block-diagonal gated MLP, post-norm like BERT and the Monarch Mixer's BERT that the authors started from.
 */
export class OrchidBert extends BertFamily<ConfigOf<'orchid-bert'>> {
  constructor(config: ConfigOf<'orchid-bert'>, rng: Rng) {
    const multiple = config.pad_vocab_size_multiple_of;
    const options = {
      mixer: mixerOptions(config),
      innerWidth: config.intermediate_size,
      eps: config.layer_norm_eps,
      mlpBlocks: config.mlp_blocks,
      gated: config.mlp_gated,
      normFirst: config.norm_first,
      dropout: config.hidden_dropout_prob,
    };
    super(config, rng, {
      tokens: Math.ceil(config.vocab_size / multiple) * multiple,
      activation: 'gelu',
      tied: true,
      layer: (index) => new OrchidBlock({ ...options, index }, rng),
      finalNorm: config.norm_first,
    });
  }
}
