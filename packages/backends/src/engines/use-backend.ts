// Starts an engine by name. Only 'auto' may choose another than the best, and then it says so.
import * as tf from '@tensorflow/tfjs-core';
import { startCpu } from './cpu.ts';
import { findHardwareAdapter } from './gpu.ts';
import { type BackendInfo, type BackendName, describeBackend, type Precision, type UseBackendOptions } from './info.ts';
import { startWasm } from './wasm.ts';
import { startWebGpu } from './webgpu.ts';

const names: readonly BackendName[] = ['auto', 'wasm', 'webgpu', 'cpu'];
const precisions: readonly Precision[] = ['float32', 'mixed'];

/**
 * Starts a TensorFlow.js engine, makes it the current one, and says which it is. Gradients are registered on import.
 *
 * 'wasm' also brings the kernels that training needs and tfjs-backend-wasm lacks or has only slowly. 'webgpu' computes on the
 * GPU (in Node through the package webgpu), or on a software adapter where it must; values are then read with `await
 * tensor.data()`. 'auto' is webgpu where there is a GPU for it, else wasm, or cpu (slow) where wasm cannot start: the reason is
 * then in `note`. Calling again switches engines; tensors stay with the engine that made them until used, and those of webgpu
 * must have been read before another engine can use them. When a WebGPU device has failed, calling again starts another, and
 * the tensors of the old one are lost.
 *
 * @param name 'auto' (the default), 'wasm', 'webgpu' or 'cpu'
 * @throws Error when the name or an option is unknown, the engine's package is not installed (the message says what to install),
 *   the engine does not start, or has not the precision asked for
 */
export async function useBackend(name: BackendName = 'auto', options: UseBackendOptions = {}): Promise<BackendInfo> {
  if (!names.includes(name)) {
    throw new Error(`useBackend: '${String(name)}' is not an engine; want one of ${names.join(', ')}`);
  }
  const { precision = 'float32' } = options;
  if (!precisions.includes(precision)) {
    throw new Error(`useBackend: precision is ${JSON.stringify(precision)}; want 'float32' or 'mixed'`);
  }
  if (precision === 'mixed' && (name === 'wasm' || name === 'cpu')) {
    throw new Error(`useBackend: precision 'mixed' is for the engine webgpu; ${name} knows float32 alone`);
  }
  if (name === 'auto') await startBest(options);
  else if (name === 'wasm') await startWasm(options);
  else if (name === 'webgpu') await startWebGpu(options);
  else await startCpu();
  await tf.ready();
  return describeBackend();
}

async function startBest(options: UseBackendOptions): Promise<void> {
  const found = await findHardwareAdapter();
  let noGpu = found as string;
  if (typeof found !== 'string') {
    try {
      return await startWebGpu(options, found);
    } catch (error) {
      noGpu = `webgpu did not start: ${reason(error)}`;
    }
  }
  if (options.precision === 'mixed') {
    throw new Error(
      `useBackend: precision 'mixed' is for the engine webgpu, which 'auto' does not take here: ${noGpu}; by its name it takes any adapter.`,
    );
  }
  try {
    await startWasm(options, `wasm was chosen because ${noGpu}`);
  } catch (error) {
    try {
      await startCpu(`chosen because wasm did not start: ${reason(error)}`);
    } catch (second) {
      throw new Error(`useBackend: no engine starts. ${reason(error)} ${reason(second)}`);
    }
  }
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/^useBackend: /, '');
}
