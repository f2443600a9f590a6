// The operations by name.
import { dctOperation } from '../../wgsl/operations/dct.ts';
import { fftOperation } from '../../wgsl/operations/fft.ts';
import { idctOperation } from '../../wgsl/operations/idct.ts';
import { irfftOperation } from '../../wgsl/operations/irfft.ts';
import { rfftOperation } from '../../wgsl/operations/rfft.ts';

export const operations = {
  dct: dctOperation,
  fft: fftOperation,
  idct: idctOperation,
  irfft: irfftOperation,
  rfft: rfftOperation,
} as const;
export type OperationName = keyof typeof operations;
