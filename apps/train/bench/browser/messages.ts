// What page and worker say to each other.
import type { StepShape } from '../../src/run/reference-task.ts';

/** The page's order: to time the step that `orchid bench step` times in Node. */
export interface Order {
  readonly shape: StepShape;
  /** timings after the warm-up */
  readonly repeats: number;
  /** times `leadStep` on so many workers instead, this one included; more than one need a cross-origin isolated page */
  readonly workers?: number;
  /** true: tfjs's threaded build on a shared heap, which only a cross-origin isolated page can have */
  readonly threaded?: boolean;
  /** false: as in a browser that does not compile relaxed SIMD */
  readonly relaxedSimd?: boolean;
  /** default wasm */
  readonly backend?: 'wasm' | 'webgpu';
  /** so many steps of a small recall run through the training loop, instead of the step; nothing is timed */
  readonly recall?: number;
}

/** What the worker found. */
export interface Timed {
  /** milliseconds a step */
  readonly times: readonly number[];
  /** of the first three steps; of a recall run, of all */
  readonly losses: readonly number[];
  readonly relaxedSimd: boolean;
  /** the heap is a SharedArrayBuffer: tfjs runs its threaded build */
  readonly sharedHeap: boolean;
}

/** What the page adds. */
export interface Outcome extends Timed {
  readonly crossOriginIsolated: boolean;
  /** turns that the main thread's timer had while the worker made steps */
  readonly beats: number;
  /** the longest wait for one of them, in milliseconds */
  readonly longestWaitMs: number;
}

export type Reply = { readonly begun: true } | { readonly done: Timed } | { readonly failed: string };
