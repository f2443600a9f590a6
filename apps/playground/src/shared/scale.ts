// What is timed: the forward pass and the training step of a small masked language model, by length.
import type { EngineChoice } from './engine.ts';

export type ScaleMixer = 'orchid' | 'attention';
export type ScaleWork = 'forward' | 'training';

export interface ScaleStart {
  readonly engine: EngineChoice;
  readonly mixer: ScaleMixer;
  /** channels D */
  readonly width: number;
  /** blocks */
  readonly layers: number;
  /** the most memory that the engine may have in use: bytes */
  readonly memoryLimit: number;
}

export interface MeasureInput {
  readonly work: ScaleWork;
  readonly length: number;
}

/** A point, or why there is none. */
export type Measured =
  | {
      /** median of the repetitions */
      readonly ms: number;
      readonly repeats: number;
      /** most memory in use at once, model included: bytes; null where the engine does not count */
      readonly peakBytes: number | null;
      /** the step ran its blocks twice to save memory */
      readonly recompute: boolean;
    }
  | { readonly cannot: string };

/** 256 to 131,072. */
export const SCALE_LENGTHS: readonly number[] = Array.from({ length: 10 }, (_, i) => 2 ** (8 + i));

/** Work that takes so long is not repeated, unless what it took at first was for its programs to be compiled: milliseconds. */
export const LONG_MS = 4_000;
