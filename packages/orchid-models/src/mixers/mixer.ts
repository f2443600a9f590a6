// The mixers there are, each by its kind.
import type { Rng } from '@orchid-ml/dd-conv';
import { AttentionMixer, type AttentionMixerOptions } from './attention.ts';
import { OrchidMixer, type OrchidMixerOptions } from './orchid.ts';
import type { SequenceMixer } from './sequence-mixer.ts';

/** Which mixer, and its options; `orchid` if left out. */
export type MixerOptions =
  | ({ readonly kind?: 'orchid' } & OrchidMixerOptions)
  | ({ readonly kind: 'attention' } & AttentionMixerOptions);

/** @throws Error when the mixer does not take its options */
export function createMixer(options: MixerOptions, rng: Rng): SequenceMixer {
  if (options.kind === 'attention') return new AttentionMixer(options, rng);
  return new OrchidMixer(options, rng);
}
