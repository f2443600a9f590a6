// The engines that the optimiser's tests run over: the two with kernels of ours, and one without, as WebGL is, where
// everything is composed of tfjs's own ops.
import { useBackend } from '@orchid-ml/backends';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

export const ENGINES = ['cpu', 'wasm', 'composed'] as const;

/** Makes the engine current. */
export async function start(name: (typeof ENGINES)[number]): Promise<void> {
  await useBackend(name === 'composed' ? 'cpu' : name);
  if (name !== 'composed') return;
  if (tf.engine().registryFactory.composed === undefined) {
    tf.registerBackend('composed', () => new MathBackendCPU());
    tf.copyRegisteredKernels('cpu', 'composed');
    for (const { kernelName } of tf.getKernelsForBackend('composed')) {
      if (kernelName.startsWith('Orchid')) tf.unregisterKernel(kernelName, 'composed');
    }
  }
  await tf.setBackend('composed');
  // Else the backend warns that it is slow.
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
}
