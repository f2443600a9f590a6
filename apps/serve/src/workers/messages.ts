// What the main thread and its workers say to each other. There are two kinds of workers: the preparer reads inputs (cuts texts
// into tokens, decodes images), so that neither the event loop nor a batch under way waits for that; an engine computes.
import type { BackendName } from '@orchid-ml/backends';
import type { PipelineTask, Prepared } from '@orchid-ml/pipelines';

export type Role = 'preparer' | 'engine';

/** What is to be made of an input. */
export type Operation = 'answer' | 'embed';

/** What a worker is started with. */
export interface WorkerConfig {
  readonly role: Role;
  readonly backend: BackendName;
  readonly blas: string;
  /** the sizes of the batches that a model is warmed up with */
  readonly maxBatch: number;
  readonly maxBatchPositions: number;
}

/** An input as a route got it. */
export type WireInput =
  | { readonly kind: 'sequence'; readonly sequence: string }
  | { readonly kind: 'text'; readonly text: string; readonly textPair?: string }
  | { readonly kind: 'image'; readonly bytes: Uint8Array }
  | { readonly kind: 'audio'; readonly bytes: Uint8Array };

/** An input as an engine takes it. */
export type PreparedInput = Prepared;

/** How long a batch took. */
export interface Timing {
  readonly count: number;
  readonly positions: number;
  readonly ms: number;
}

/** What is known of a model when it has been loaded. */
export interface ModelFacts {
  readonly task: PipelineTask;
  readonly modelType: string;
  /** of its weights, in one worker */
  readonly bytes: number;
  readonly warmUp: readonly Timing[];
}

/** The engine of a worker. */
export interface EngineFacts {
  readonly name: string;
  /** in words: version, platform, what computes products */
  readonly text: string;
}

/** An error on its way between threads. `field` is there when the input is at fault. */
export interface WireError {
  readonly message: string;
  readonly field?: string;
  readonly stack?: string;
}

export interface PrepareItem {
  readonly id: number;
  readonly version: number;
  readonly operation: Operation;
  readonly input: WireInput;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface RunItem {
  readonly id: number;
  readonly prepared: PreparedInput;
}

export type ToWorker =
  | { readonly type: 'load'; readonly version: number; readonly folder: string }
  | { readonly type: 'unload'; readonly version: number }
  | { readonly type: 'prepare'; readonly items: readonly PrepareItem[] }
  | {
      readonly type: 'run';
      readonly batch: number;
      readonly version: number;
      readonly operation: Operation;
      readonly items: readonly RunItem[];
    }
  /** these are not wanted any more; what is under way is not stopped */
  | { readonly type: 'cancel'; readonly ids: readonly number[] };

/** Of every input that the preparer was given there is one, also of those that nobody waits for any more. */
export type PrepareResult =
  | { readonly id: number; readonly prepared: PreparedInput }
  | { readonly id: number; readonly error: WireError }
  | { readonly id: number; readonly cancelled: true };

export type FromWorker =
  /** null of the preparer */
  | { readonly type: 'started'; readonly engine: EngineFacts | null }
  | { readonly type: 'failed'; readonly error: WireError }
  /** facts are null of the preparer */
  | { readonly type: 'loaded'; readonly version: number; readonly facts: ModelFacts | null }
  | { readonly type: 'load-failed'; readonly version: number; readonly error: WireError }
  | { readonly type: 'prepared'; readonly results: readonly PrepareResult[] }
  | {
      readonly type: 'ran';
      readonly batch: number;
      /** by id; without those that were cancelled before they were computed */
      readonly answers: readonly { readonly id: number; readonly value: unknown }[];
      readonly timing: Timing | null;
    }
  | { readonly type: 'run-failed'; readonly batch: number; readonly error: WireError };
