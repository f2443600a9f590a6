// Numbers that the host computes once for a device: twiddles, chirps, permutations. They live as long as the device.
import type { WebGpuBackend } from './backend.ts';
import { originalOf } from './null-device.ts';

/** A buffer of the device's that no tensor owns. */
export interface Table {
  readonly buffer: GPUBuffer;
}

const tables = new WeakMap<GPUDevice, Map<string, Table>>();

/** The table `key`, made by `make` at its first use on the backend's device. */
export function table(
  backend: WebGpuBackend,
  key: string,
  make: () => Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
): Table {
  const { device } = backend;
  let known = tables.get(device);
  if (!known) {
    known = new Map();
    tables.set(device, known);
  }
  let found = known.get(key) ?? tables.get(originalOf(device))?.get(key);
  if (!found) {
    const values = make();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    // By the engine's books, as one that is never given back.
    const buffer = backend.bufferManager.acquireBuffer(Math.max(16, values.byteLength), usage, false, false);
    buffer.label = key;
    device.queue.writeBuffer(buffer, 0, values);
    found = { buffer };
    known.set(key, found);
  }
  return found;
}
