// The plain JavaScript engine: slow, everywhere, and what the others are checked against.
import * as tf from '@tensorflow/tfjs-core';
import { installCpuOverride } from '../overrides/cpu-unsorted-segment-sum.ts';
import { recordStart } from './info.ts';
import { loadPeer } from './load-peer.ts';

/** Starts tfjs-backend-cpu and makes it the current engine. */
export async function startCpu(note?: string): Promise<void> {
  await loadPeer('@tensorflow/tfjs-backend-cpu', () => import('@tensorflow/tfjs-backend-cpu'));
  installCpuOverride();
  if (!(await tf.setBackend('cpu'))) throw new Error('useBackend: the cpu engine did not start');
  // On first use in Node the engine prints an advertisement for tfjs-node; whoever asked for cpu knows what it is.
  (tf.backend() as unknown as { firstUse?: boolean }).firstUse = false;
  recordStart('cpu', {
    engine: `TensorFlow.js ${tf.version_core}, plain JavaScript (cpu)`,
    simd: false,
    relaxedSimd: false,
    threads: () => 1,
    ...(note === undefined ? {} : { note }),
  });
}
