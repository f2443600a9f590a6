// The mixers there are, each by its kind.
import type { Rng } from '@orchid-ml/dd-conv';
import { AttentionMixer, type AttentionMixerOptions } from './attention.ts';
import { HyenaMixer, type HyenaMixerOptions } from './hyena.ts';
import { LinformerMixer, type LinformerMixerOptions } from './linformer.ts';
import { OrchidMixer, type OrchidMixerOptions } from './orchid.ts';
import { ReformerMixer, type ReformerMixerOptions } from './reformer.ts';
import { RoutingMixer, type RoutingMixerOptions } from './routing.ts';
import type { SequenceMixer } from './sequence-mixer.ts';

/** Which mixer, and its options; `orchid` if left out. */
export type MixerOptions =
  | ({ readonly kind?: 'orchid' } & OrchidMixerOptions)
  | ({ readonly kind: 'attention' } & AttentionMixerOptions)
  | ({ readonly kind: 'hyena' } & HyenaMixerOptions)
  | ({ readonly kind: 'linformer' } & LinformerMixerOptions)
  | ({ readonly kind: 'reformer' } & ReformerMixerOptions)
  | ({ readonly kind: 'routing' } & RoutingMixerOptions);

/** @throws Error when there is no such kind, or the mixer does not take its options */
export function createMixer(options: MixerOptions, rng: Rng): SequenceMixer {
  switch (options.kind) {
    case undefined:
    case 'orchid':
      return new OrchidMixer(options, rng);
    case 'attention':
      return new AttentionMixer(options, rng);
    case 'hyena':
      return new HyenaMixer(options, rng);
    case 'linformer':
      return new LinformerMixer(options, rng);
    case 'reformer':
      return new ReformerMixer(options, rng);
    case 'routing':
      return new RoutingMixer(options, rng);
    default: {
      const { kind } = options as { kind: unknown };
      const known = "'orchid', 'attention', 'hyena', 'linformer', 'reformer' or 'routing'";
      throw new Error(`createMixer: kind is ${JSON.stringify(kind)}; want ${known}`);
    }
  }
}
