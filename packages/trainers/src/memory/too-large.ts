// The refusal of a step that cannot fit, with what would: in place of a run that dies in its first minute.

export interface TooLargeDetails {
  /** of the smallest step that the options allow */
  readonly sequences: number;
  readonly length: number;
  readonly recompute: boolean;
  readonly neededBytes: number;
  readonly usedBytes: number;
  readonly limitBytes: number;
  /** what sets the limit, in words */
  readonly limitedBy: string;
  /** a way that fits: another micro-batch or recomputation at this length, or a shorter length; null when none does */
  readonly fits: { readonly microBatchSize: number; readonly recompute: boolean; readonly length: number } | null;
}

/** Thrown before the first step when no way of making it fits the memory. Nothing has been changed. */
export class StepTooLargeError extends Error {
  override readonly name = 'StepTooLargeError';
  readonly details: TooLargeDetails;

  constructor(details: TooLargeDetails) {
    const { sequences, length, recompute, neededBytes, usedBytes, limitBytes, limitedBy, fits } = details;
    super(
      `a step does not fit the memory: ${inWords(sequences, length, recompute)} takes ${memorySize(neededBytes)}, and of ` +
        `${memorySize(limitBytes)} (${limitedBy}) ${memorySize(usedBytes)} is in use. ` +
        (fits
          ? `What would fit: ${inWords(fits.microBatchSize, fits.length, fits.recompute)}.`
          : 'No length would fit: the model itself is too large.'),
    );
    this.details = details;
  }
}

function inWords(sequences: number, length: number, recompute: boolean): string {
  const batch = sequences === 1 ? 'one sequence' : `micro-batches of ${sequences} sequences`;
  return `${batch} of ${length.toLocaleString('en-US')} tokens ${recompute ? 'with' : 'without'} recomputation`;
}

/** 439,804,651 -> `0.41 GB`, of 2^30 bytes each; below a tenth of one in MB. */
export function memorySize(bytes: number): string {
  const [unit, size] = Math.abs(bytes) < 0.1 * 2 ** 30 ? ['MB', bytes / 2 ** 20] : ['GB', bytes / 2 ** 30];
  return `${Number(size.toPrecision(size < 1 ? 2 : 3))} ${unit}`;
}
