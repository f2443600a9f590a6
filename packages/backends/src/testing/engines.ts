// The engines the conformance suite runs over, and what each leaves out: in one place, to be seen.
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../index.ts';
import { hasWebGpu } from './webgpu.ts';

export interface EngineUnderTest {
  readonly name: 'cpu' | 'wasm' | 'wasm, native BLAS' | 'composed' | 'webgpu';
  /** largest difference from float64, relative to the largest magnitude of the tensor */
  readonly tolerance: number;
  /** what this engine leaves out, by the title of the test */
  readonly leavesOut: readonly string[];
}

const webgpu: EngineUnderTest = {
  name: 'webgpu',
  tolerance: 2e-5,
  leavesOut: [
    // What would need the values on the host, which wait for the device.
    'refuses a label that is no class',
    'refuses an id outside the table',
  ],
};

export const engines: readonly EngineUnderTest[] = [
  { name: 'cpu', tolerance: 1e-6, leavesOut: [] },
  { name: 'wasm', tolerance: 3e-6, leavesOut: [] },
  // The same where the machine has no BLAS; blas.test.ts says so.
  { name: 'wasm, native BLAS', tolerance: 3e-6, leavesOut: [] },
  // An engine without one Orchid kernel (what WebGL is today): every op takes its path of tfjs ops. Those check no values.
  { name: 'composed', tolerance: 1e-5, leavesOut: ['refuses a label that is no class'] },
  ...((await hasWebGpu()) ? [webgpu] : []),
];

/** Makes the engine current. */
export async function start(name: EngineUnderTest['name']): Promise<void> {
  if (name !== 'composed') {
    if (name === 'cpu' || name === 'webgpu') await useBackend(name);
    else await useBackend('wasm', { blas: name === 'wasm' ? 'off' : 'auto' });
    return;
  }
  if (tf.engine().registryFactory.composed === undefined) {
    const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu');
    tf.registerBackend('composed', () => new MathBackendCPU());
    tf.copyRegisteredKernels('cpu', 'composed');
    for (const { kernelName } of tf.getKernelsForBackend('composed')) {
      if (kernelName.startsWith('Orchid')) tf.unregisterKernel(kernelName, 'composed');
    }
  }
  await tf.setBackend('composed');
  (tf.backend() as unknown as { firstUse?: boolean }).firstUse = false;
}
