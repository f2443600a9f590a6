// Numbers that the host computes once for a device: twiddles, chirps, permutations. They live as long as the device.
import type { WebGpuBackend } from './backend.ts';

/** A buffer of the device's that no tensor owns. */
export interface Table {
  readonly buffer: GPUBuffer;
}

/** By the manager whose books they are in. */
const tables = new WeakMap<object, Map<string, Table>>();

/** Bytes of tables that were rehearsed: their values are computed for the device alone. */
const sizes = new Map<string, number>();

/** The table `key`, made by `make` at its first use on the backend's device. */
export function table(
  { device, bufferManager }: WebGpuBackend,
  key: string,
  make: () => Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
): Table {
  const { original } = bufferManager;
  let known = tables.get(bufferManager);
  if (!known) {
    known = new Map();
    tables.set(bufferManager, known);
  }
  const found = known.get(key) ?? (original && tables.get(original)?.get(key));
  if (found) return found;
  let values: ReturnType<typeof make> | undefined;
  let bytes = original && sizes.get(key);
  if (bytes === undefined) {
    values = make();
    bytes = Math.max(16, values.byteLength);
    if (original) sizes.set(key, bytes);
  }
  // By the engine's books, as one that is never given back.
  const buffer = bufferManager.acquireBuffer(bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST, false, false);
  buffer.label = key;
  if (values && !original) device.queue.writeBuffer(buffer, 0, values);
  const made = { buffer };
  known.set(key, made);
  return made;
}
