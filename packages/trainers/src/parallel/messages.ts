// What the leader (rank 0) and the other workers say to each other, over anything that makes structured clones.
import type { SafetensorsTensor } from '@orchid-ml/orchid-models';
import type { MemoryOptions } from '../gradients.ts';
import type { Tally } from '../tasks/task.ts';

/** Options of a training step; every rank has to have the same. */
export interface StepSettings extends MemoryOptions {
  readonly factor: number;
  readonly clipNorm: number | null;
}

/** From the leader to a worker, which handles them one after another. */
export type ToWorker =
  /** Start an engine and make model, task and optimiser. */
  | { readonly kind: 'make'; readonly rank: number; readonly size: number; readonly config: unknown }
  /** Take over the leader's state, and use this memory from now on. */
  | {
      readonly kind: 'join';
      readonly memory: SharedArrayBuffer;
      readonly parameters: ReadonlyMap<string, SafetensorsTensor>;
      readonly optimizer: ReadonlyMap<string, SafetensorsTensor>;
      readonly taskState: unknown;
      readonly same: Sameness;
    }
  /** Make a training step with the next batch, as the leader does at the same time. */
  | { readonly kind: 'step'; readonly settings: StepSettings }
  /** Score this rank's share of an evaluation; see `Task.tally`. */
  | { readonly kind: 'tally'; readonly evaluation: number; readonly pieces: number | undefined };

/** From a worker to the leader. */
export type FromWorker =
  | { readonly kind: 'made' }
  | { readonly kind: 'joined' }
  | { readonly kind: 'tallied'; readonly evaluation: number; readonly tally: Tally }
  /** The worker was the last at a barrier; the leader, which does not block, may go on. */
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | undefined };

/** What has to be the same on every rank for its steps to be. Each is compared as JSON. */
export interface Sameness {
  readonly engine: string;
  readonly task: { readonly name: string; readonly settings: unknown };
  readonly optimizer: unknown;
}
