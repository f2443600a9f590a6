// The refusal of a step that cannot fit, with what would: in place of a run that dies in its first minute.
import type { TooLarge } from '@orchid-ml/backends';

export interface TooLargeDetails {
  /** of the smallest step that the options allow */
  readonly sequences: number;
  readonly length: number;
  readonly recompute: boolean;
  /** not finite where a single tensor is too large */
  readonly neededBytes: number;
  readonly usedBytes: number;
  readonly limitBytes: number;
  /** what sets the limit, in words */
  readonly limitedBy: string;
  /** where it is not all of the step that is too large for the memory, but a single tensor for the webgpu device: which one */
  readonly tensor?: TooLarge;
  /** a way that fits: another micro-batch or recomputation at this length, or a shorter length; null when none does */
  readonly fits: { readonly microBatchSize: number; readonly recompute: boolean; readonly length: number } | null;
}

/** Thrown before the first step when no way of making it fits the memory. Nothing has been changed. */
export class StepTooLargeError extends Error {
  override readonly name = 'StepTooLargeError';
  readonly details: TooLargeDetails;

  constructor(details: TooLargeDetails) {
    const { sequences, length, recompute, neededBytes, usedBytes, limitBytes, limitedBy, tensor, fits } = details;
    const way = inWords(sequences, length, recompute);
    super(
      (tensor
        ? `a step does not fit the device: for ${way}, ${tensor.op} wants ${tensor.what} of ${memorySize(tensor.bytes)}, and ` +
          `the device ${tensor.limit === 'maxBufferSize' ? 'makes buffers of' : 'binds'} at most ${memorySize(tensor.limitBytes)}. `
        : `a step does not fit the memory: ${way} takes ${memorySize(neededBytes)}, and of ` +
          `${memorySize(limitBytes)} (${limitedBy}) ${memorySize(usedBytes)} is in use. `) +
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
