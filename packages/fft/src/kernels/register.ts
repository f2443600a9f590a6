// Registers every kernel of this package; importing it twice does no harm.
import { getKernel, type KernelConfig, registerKernel } from '@tensorflow/tfjs-core';
import { dctCpu } from './cpu/dct.ts';
import { fftCpu } from './cpu/fft.ts';
import { idctCpu } from './cpu/idct.ts';
import { ifftCpu } from './cpu/ifft.ts';
import { irfftCpu } from './cpu/irfft.ts';
import { rfftCpu } from './cpu/rfft.ts';
import { dctWasm } from './wasm/dct.ts';
import { fftWasm } from './wasm/fft.ts';
import { idctWasm } from './wasm/idct.ts';
import { ifftWasm } from './wasm/ifft.ts';
import { irfftWasm } from './wasm/irfft.ts';
import { rfftWasm } from './wasm/rfft.ts';
import { dctWebGpu } from './webgpu/dct.ts';
import { fftWebGpu } from './webgpu/fft.ts';
import { idctWebGpu } from './webgpu/idct.ts';
import { ifftWebGpu } from './webgpu/ifft.ts';
import { irfftWebGpu } from './webgpu/irfft.ts';
import { rfftWebGpu } from './webgpu/rfft.ts';

const kernels: KernelConfig[] = [
  dctCpu,
  fftCpu,
  idctCpu,
  ifftCpu,
  irfftCpu,
  rfftCpu,
  dctWasm,
  fftWasm,
  idctWasm,
  ifftWasm,
  irfftWasm,
  rfftWasm,
  dctWebGpu,
  fftWebGpu,
  idctWebGpu,
  ifftWebGpu,
  irfftWebGpu,
  rfftWebGpu,
];

// tfjs warns about a second registration, which a page with two copies of this package would cause
for (const kernel of kernels) if (!getKernel(kernel.kernelName, kernel.backendName)) registerKernel(kernel);
