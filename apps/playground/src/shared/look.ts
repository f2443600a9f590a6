// What is seen inside a model: arrays that the page draws. [L, D] arrays lie row by row.
import type { Guess } from './learn.ts';

/** Whose inside is looked at. */
export type LookSource = 'learned' | 'sample' | 'fresh';

export interface LookInput {
  readonly source: LookSource;
  /** names or ids; empty: one is drawn */
  readonly sequence: string;
  readonly seed: number;
}

/** A kernel in both views. */
export interface KernelViews {
  /** what an impulse in the middle of the sequence is answered with, [L, D]; row t is at distance t - floor(L/2) */
  readonly time: Float32Array;
  /** its coefficients, [bins, D]: dft the complex spectrum, dct the real one (`im` is null) */
  readonly re: Float32Array;
  readonly im: Float32Array | null;
}

/** One block's mixer. */
export interface LookLayer {
  readonly length: number;
  readonly width: number;
  readonly bins: number;
  readonly transform: 'dft' | 'dct';
  /** made from the data */
  readonly adaptive: KernelViews;
  /** the same for every input */
  readonly fixed: KernelViews;
  /** g1, v, g0 and the gated result, [L, D] each */
  readonly inputGate: Float32Array;
  readonly value: Float32Array;
  readonly outputGate: Float32Array;
  readonly output: Float32Array;
}

export interface Look {
  /** token names as the model sees them, L of them */
  readonly tokens: readonly string[];
  /** what may stand in a place of the sequence, by kind */
  readonly keys: readonly string[];
  readonly values: readonly string[];
  readonly expected: string;
  readonly guesses: readonly Guess[];
  readonly layers: readonly LookLayer[];
  /** whose inside it is, in words */
  readonly model: string;
}

/** What is rolled, and with what: what makes the property hold, or breaks it. */
export interface RollInput {
  /** the operator alone, or the whole Orchid mixer with its gates and short convolution */
  readonly part: 'operator' | 'mixer';
  readonly transform: 'dft' | 'dct';
  readonly conditioning: 'I' | 'II';
  /** what the conditioning network's convolutions see beyond the ends */
  readonly padding: 'circular' | 'zeros';
  /** whether there is a static kernel beside the one made from the data */
  readonly staticKernel: boolean;
  readonly seed: number;
}

export interface Rolled {
  readonly length: number;
  readonly width: number;
  /** [L, D] */
  readonly input: Float32Array;
  /** of the input rolled by s positions the output, [L, L, D]; row s */
  readonly outputs: Float32Array;
  /** for each s the largest |output of rolled - rolled output|, over the largest |output| */
  readonly deviations: Float32Array;
}
