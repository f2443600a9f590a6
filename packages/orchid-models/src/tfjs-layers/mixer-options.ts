// What the layers take of a mixer's options: all but its sizes, which the input's shape says.
import type { MixerOptions } from '../mixers/mixer.ts';
import type { SequenceShape } from './module-layer.ts';

type WithoutSizes<T> = T extends unknown ? Omit<T, 'width' | 'lMax'> : never;

/** The options of any mixer of `createMixer`, by `kind`; `orchid` if left out. */
export type LayerMixerOptions = WithoutSizes<MixerOptions>;

export function mixerOfShape(options: LayerMixerOptions, shape: SequenceShape): MixerOptions {
  return { ...options, ...shape } as MixerOptions;
}
