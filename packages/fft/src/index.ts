// The package's ops. Importing them registers their kernels (cpu, wasm) and all gradients.
import '@orchid-ml/backends/gradients';
import './kernels/register.ts';
import './ops/gradients.ts';

export type { Norm } from './norm.ts';
export type { AxisOptions, ComplexPair, FftOptions } from './ops/arguments.ts';
export { dct } from './ops/dct.ts';
export { fft } from './ops/fft.ts';
export { idct } from './ops/idct.ts';
export { ifft } from './ops/ifft.ts';
export { irfft } from './ops/irfft.ts';
export { rfft } from './ops/rfft.ts';
