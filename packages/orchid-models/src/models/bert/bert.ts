// BERT (Devlin et al. 2019), with the parameters and the outputs of transformers' BertModel and its heads.
import type { Rng } from '@orchid-ml/dd-conv';
import { BertLayer } from '../../blocks/bert-layer.ts';
import type { ConfigOf } from '../../config/index.ts';
import { BertFamily } from './bert-family.ts';

/** BERT. A checkpoint in safetensors is loaded by `modelFromFiles`, or `fromPretrained` of `./node`. */
export class Bert extends BertFamily<ConfigOf<'bert'>> {
  constructor(config: ConfigOf<'bert'>, rng: Rng) {
    const options = {
      width: config.hidden_size,
      heads: config.num_attention_heads,
      innerWidth: config.intermediate_size,
      activation: config.hidden_act,
      eps: config.layer_norm_eps,
      deviation: config.initializer_range,
      dropout: config.hidden_dropout_prob,
      attentionDropout: config.attention_probs_dropout_prob,
    };
    super(config, rng, {
      tokens: config.vocab_size,
      activation: config.hidden_act,
      tied: config.tie_word_embeddings,
      layer: (index) => new BertLayer({ ...options, index }, rng),
      finalNorm: false,
    });
  }
}
