// The whole block as a layer: some of these in a row are the body of a model.
import type { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { OrchidBlock } from '../blocks/orchid-block.ts';
import { type LayerMixerOptions, mixerOfShape } from './mixer-options.ts';
import { ModuleLayer, type ModuleLayerArgs, type SequenceShape } from './module-layer.ts';

interface Options {
  /** which mixer and its options; default the Orchid mixer with the options of the authors' block */
  mixer?: LayerMixerOptions;
  /** inner width of the MLP; default 4 times the channels */
  innerWidth?: number;
  /** eps of the two norms; default 1e-5 */
  eps?: number;
}

export type OrchidBlockArgs = ModuleLayerArgs & Options;

/** `OrchidBlock`: x + mixer(LN(x)), then x + mlp(LN(x)); [B, L, D] -> [B, L, D]. */
export class OrchidBlockLayer extends ModuleLayer<Options> {
  static className = 'OrchidBlock';

  /** @throws Error for an unknown option; those out of range are found when the layer is built */
  constructor(args: OrchidBlockArgs = {}) {
    super(args, ['mixer', 'innerWidth', 'eps']);
  }

  protected override makeModule(shape: SequenceShape, rng: Rng): OrchidBlock {
    const { mixer = {}, innerWidth = 4 * shape.width, eps } = this.options;
    return new OrchidBlock({ mixer: mixerOfShape(mixer, shape), innerWidth, ...(eps !== undefined && { eps }) }, rng);
  }
}
tf.serialization.registerClass(OrchidBlockLayer);

/** A layer [batch, length, channels] -> the same shape; see `OrchidBlockLayer`. */
export function orchidBlock(args: OrchidBlockArgs = {}): OrchidBlockLayer {
  return new OrchidBlockLayer(args);
}
