// The webgpu device's memory: what is in use, what a computation would take, and the limit that the engine keeps to. Devices say
// little about it themselves.
import * as tf from '@tensorflow/tfjs-core';
import type { HeapUse } from '../wasm-host/heap.ts';
import { isOurs, type OrchidWebGpu } from './webgpu-backend.ts';

/** The current engine, if it is the webgpu engine as `useBackend` starts it. */
export function webGpuEngine(): OrchidWebGpu | null {
  if (tf.getBackend() !== 'webgpu') return null;
  const engine = tf.backend();
  return isOurs(engine) ? engine : null;
}

export function deviceUseOf({ pool, started }: OrchidWebGpu): HeapUse {
  return {
    used: pool.numBytesUsed,
    peak: pool.peak,
    size: pool.numBytesAllocated,
    limit: Math.min(pool.limit, started.gpu?.memoryBytes ?? Number.POSITIVE_INFINITY),
  };
}

/**
 * Runs `work`, which records ops and reads nothing, on a device that computes nothing: every kernel decides and takes memory as it
 * would, at the host's pace and with no memory of the device's. Errors are those that it would throw, for tensors too large, for
 * example. What was on the engine before is as it was, and `work` must leave no tensors.
 *
 * @returns bytes that the device would have in use at most, beyond what is in use now; null, with nothing run, where the current
 *   engine is not webgpu
 */
export function rehearse(work: () => void): number | null {
  return webGpuEngine()?.rehearse(work) ?? null;
}

/** Bytes that tensors will take on the webgpu device and do not take yet, being on the host alone; 0 on other engines. */
export function bytesToUpload(tensors: readonly tf.Tensor[]): number {
  const engine = webGpuEngine();
  if (!engine) return 0;
  const waiting = tensors.filter(({ dataId }) => engine.tensorMap.get(dataId).resource == null);
  return waiting.reduce((sum, { size }) => sum + 4 * size, 0);
}

/**
 * Has the webgpu engine keep to so much of the device's memory: what it keeps for reuse is given back before more is asked for.
 * What is in use may pass the limit all the same; `rehearse` says beforehand whether it will. Nothing on other engines.
 *
 * @param bytes null for no limit, the default: as much is then kept for reuse as was ever in use
 * @returns the limit until now, null for none
 * @throws Error for a number that is no size
 */
export function limitDeviceMemory(bytes: number | null): number | null {
  if (bytes !== null && !(bytes > 0))
    throw new Error(`limitDeviceMemory: bytes is ${bytes}; want a number above 0, or null`);
  const engine = webGpuEngine();
  if (!engine) return null;
  const { limit } = engine.pool;
  engine.pool.limit = bytes ?? Number.POSITIVE_INFINITY;
  return Number.isFinite(limit) ? limit : null;
}
