// Starts an engine by name. Only 'auto' may choose another than the best, and then it says so.
import * as tf from '@tensorflow/tfjs-core';
import { startCpu } from './cpu.ts';
import { type BackendInfo, type BackendName, describeBackend, type UseBackendOptions } from './info.ts';
import { startWasm } from './wasm.ts';
import { startWebGpu } from './webgpu.ts';

const names: readonly BackendName[] = ['auto', 'wasm', 'webgpu', 'cpu'];

/**
 * Starts a TensorFlow.js engine, makes it the current one, and says which it is. Gradients are registered on import.
 *
 * 'wasm' also brings the kernels that training needs and tfjs-backend-wasm lacks or has only slowly. 'auto' is wasm, or
 * cpu (slow) where wasm cannot start: the reason is then in `note`. Calling again switches engines; tensors stay with the
 * engine that made them until used.
 *
 * @param name 'auto' (the default), 'wasm' or 'cpu'
 * @throws Error when the name is unknown, the engine's package is not installed (the message says what to install), or the
 *   engine does not start
 */
export async function useBackend(name: BackendName = 'auto', options: UseBackendOptions = {}): Promise<BackendInfo> {
  if (!names.includes(name)) {
    throw new Error(`useBackend: '${String(name)}' is not an engine; want one of ${names.join(', ')}`);
  }
  if (name === 'auto') await startBest(options);
  else if (name === 'wasm') await startWasm(options);
  else if (name === 'webgpu') await startWebGpu();
  else await startCpu();
  await tf.ready();
  return describeBackend();
}

async function startBest(options: UseBackendOptions): Promise<void> {
  try {
    await startWasm(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    try {
      await startCpu(`chosen because wasm did not start: ${reason}`);
    } catch (second) {
      throw new Error(`useBackend: no engine starts. ${reason} ${second instanceof Error ? second.message : second}`);
    }
  }
}
