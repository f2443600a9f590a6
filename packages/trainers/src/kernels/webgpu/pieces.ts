// Many tensors at once in programs that bind only so many buffers of only so many bytes: in pieces, a few a dispatch.
import type { Bound, WebGpuBackend } from '@orchid-ml/backends/webgpu-host';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';

/** Part of a tensor that lies in a row with others. */
export interface Piece {
  readonly tensor: TensorInfo;
  /** where it begins in the tensor */
  readonly first: number;
  /** where it begins in the row of all */
  readonly start: number;
  readonly count: number;
}

/** Bindings begin at multiples of so many floats, which suits every device. */
const alignment = 64;

/** Floats that the device binds at once, wherever they begin. */
function largest({ device }: WebGpuBackend): number {
  return Math.floor(device.limits.maxStorageBufferBindingSize / 4 / alignment - 1) * alignment;
}

/** The tensors' values, end to end, for one dispatch after another: at most `most` pieces in each, none of them empty. */
export function inDispatches(backend: WebGpuBackend, tensors: readonly TensorInfo[], most: number): Piece[][] {
  const limit = largest(backend);
  const dispatches: Piece[][] = [];
  let room = 0;
  let start = 0;
  for (const tensor of tensors) {
    const size = util.sizeFromShape(tensor.shape);
    for (let first = 0; first < size; first += limit) {
      const count = Math.min(limit, size - first);
      if (dispatches.at(-1)?.length === most || count > room) {
        dispatches.push([]);
        room = limit;
      }
      dispatches.at(-1)!.push({ tensor, first, start: start + first, count });
      room -= count;
    }
    start += size;
  }
  return dispatches;
}

/** Floats [first, first + count) of a tensor as a binding, and where in it they begin: 0 unless the whole tensor is bound. */
export function bind(
  backend: WebGpuBackend,
  tensor: TensorInfo,
  first: number,
  count: number,
): { bound: Bound; at: number } {
  if (4 * util.sizeFromShape(tensor.shape) <= backend.device.limits.maxStorageBufferBindingSize) {
    return { bound: tensor, at: first };
  }
  const begin = Math.floor(first / alignment) * alignment;
  return { bound: { tensor, offset: 4 * begin, bytes: 4 * (first + count - begin) }, at: first - begin };
}

/**
 * What a program over `pieces` binds and is told: the buffers `<name>0`, `<name>1`, ..., for each the end of its values among
 * the dispatch's, `end0`, ..., and what to add to a value's index among them for its index in the buffer, `shift0`, ... (in
 * u32, so it may wrap).
 */
export function bindPieces(backend: WebGpuBackend, name: string, pieces: readonly Piece[]) {
  const buffers: Record<string, Bound> = {};
  const params: Record<string, number> = {};
  let count = 0;
  for (const [i, piece] of pieces.entries()) {
    const { bound, at } = bind(backend, piece.tensor, piece.first, piece.count);
    buffers[`${name}${i}`] = bound;
    params[`shift${i}`] = at - count;
    count += piece.count;
    params[`end${i}`] = count;
  }
  return { buffers, params, count, start: pieces[0]!.start };
}
