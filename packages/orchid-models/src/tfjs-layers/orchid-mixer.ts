// A sequence mixer as a layer: where a self-attention would stand.
import type { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { createMixer } from '../mixers/mixer.ts';
import type { SequenceMixer } from '../mixers/sequence-mixer.ts';
import { type LayerMixerOptions, mixerOfShape } from './mixer-options.ts';
import { ModuleLayer, type ModuleLayerArgs, type SequenceShape } from './module-layer.ts';

interface Options {
  /** which mixer and its options; default the Orchid mixer with the options of the authors' block */
  mixer?: LayerMixerOptions;
}

export type OrchidMixerArgs = ModuleLayerArgs & Options;

/** `createMixer`'s mixers: [B, L, D] -> [B, L, D], without norm and shortcut. */
export class OrchidMixerLayer extends ModuleLayer<Options> {
  static className = 'OrchidMixer';

  /** @throws Error for an unknown option; those of the mixer are checked when the layer is built */
  constructor(args: OrchidMixerArgs = {}) {
    super(args, ['mixer']);
  }

  protected override makeModule(shape: SequenceShape, rng: Rng): SequenceMixer {
    return createMixer(mixerOfShape(this.options.mixer ?? {}, shape), rng);
  }
}
tf.serialization.registerClass(OrchidMixerLayer);

/** A layer [batch, length, channels] -> the same shape; see `OrchidMixerLayer`. */
export function orchidMixer(args: OrchidMixerArgs = {}): OrchidMixerLayer {
  return new OrchidMixerLayer(args);
}
