// Entry of the package's wasm module: the fused convolution and its gradient, one lane group (eight channels) at a time.
// Everything of a group happens in work buffers that fit the cache; only rows of the tensors themselves are read and written.
import { COLUMNS, GATHER, load8, MAKHOUL, NATURAL, store8 } from '../../fft/assembly/movers';
import { forward, inverse, workBytes } from '../../fft/assembly/transform';
import { dctForward, dctGradient, dctInverse, dctProduct } from './dct';
import { dftGradient, dftProduct } from './dft';
import { pairOrder } from './order';
import { loadLanes, storeLanes, storeRows } from './rows';

export { interleaveComplex, splitComplex } from './complex-channels';

/** Bytes of scratch that the kernels need: with `isGradient` for ddConvGrad. */
export function scratchBytes(plan: usize, n: i32, isGradient: bool): usize {
  return 64 + tableBytes(n) + workBytes(plan) * (isGradient ? 4 : 2);
}

/** The order of the pairs and its scratch, and 32 bytes for the skip weight's gradient; work buffers after it stay aligned. */
// @ts-ignore: decorator
@inline
function tableBytes(n: i32): usize {
  return ((<usize>n << 3) + 32 + 63) & ~63;
}

/** The first channel of the lane group that begins at c. The last group may do some of its neighbour's channels again. */
// @ts-ignore: decorator
@inline
function groupAt(c: i32, width: i32): i32 {
  return width < 8 ? 0 : min(c, width - 8);
}

/** Channels c.. of example b of a tensor [batch, rows, width], transformed; short ones padded with zeros. */
function transformed(
  plan: usize, isDct: bool, n: i32, work: usize, tensor: usize, b: i32, rows: i32, width: i32, c: i32, lanes: i32,
): void {
  load8(width < 8 ? GATHER : COLUMNS, plan, isDct ? MAKHOUL : NATURAL, work, tensor, rows, width, b * width + c, lanes);
  if (isDct) dctForward(plan, n, work);
  else forward(plan, work);
}

/** The way back, times `scale` for dft. */
function restored(
  plan: usize, isDct: bool, n: i32, work: usize, tensor: usize, b: i32, rows: i32, width: i32, c: i32, lanes: i32, scale: f32,
): void {
  if (isDct) {
    dctInverse(plan, n, work);
    store8(width < 8 ? GATHER : COLUMNS, plan, MAKHOUL, work, tensor, width, b * width + c, lanes);
  } else {
    inverse(plan, work);
    const rowBytes = <usize>width << 2;
    storeRows(work, tensor + <usize>(b * rows) * rowBytes + (<usize>c << 2), rowBytes, rows, lanes, scale);
  }
}

/**
 * y = F⁻¹(F(z) ⊙ (scale·F(kernel) + H + d)); the kernel `OrchidDdConv`, whose tensors these are the addresses of.
 * d, the skip weight, joins the spectrum: adding d ⊙ z and adding d to every bin is the same.
 *
 * @param kernel,hRe,hIm,skip 0 when there is none
 * @param bins rows of H an example
 */
export function ddConv(
  plan: usize, isDct: bool, n: i32, batch: i32, length: i32, width: i32,
  z: usize, kernel: usize, kernelRows: i32, isShared: bool, scale: f32,
  hRe: usize, hIm: usize, bins: i32, skip: usize, y: usize, scratch: usize,
): void {
  const table = (scratch + 63) & ~63;
  const zWork = table + tableBytes(n);
  const kernelWork = zWork + workBytes(plan);
  const rowBytes = <usize>width << 2;
  // The rows of H are far apart, those of a work buffer near: H decides when there is one.
  pairOrder(plan, n, hRe == 0, table);
  for (let g = 0; g < width; g += 8) {
    const c = groupAt(g, width);
    const lanes = min(8, width);
    const at = <usize>c << 2;
    const dA = skip != 0 ? loadLanes(skip + at, lanes) : f32x4.splat(0);
    const dB = skip != 0 ? loadLanes(skip + at + 16, lanes - 4) : f32x4.splat(0);
    for (let b = 0; b < batch; b++) {
      if (kernel != 0 && (b == 0 || !isShared)) {
        transformed(plan, isDct, n, kernelWork, kernel, b, kernelRows, width, c, lanes);
      }
      transformed(plan, isDct, n, zWork, z, b, length, width, c, lanes);
      const re = hRe == 0 ? 0 : hRe + <usize>(b * bins) * rowBytes + at;
      const im = hIm == 0 ? 0 : hIm + <usize>(b * bins) * rowBytes + at;
      const k = kernel == 0 ? 0 : kernelWork;
      if (isDct) dctProduct(plan, n, zWork, k, re, rowBytes, lanes, dA, dB);
      else dftProduct(plan, n, table, zWork, k, scale, re, im, rowBytes, lanes, dA, dB);
      restored(plan, isDct, n, zWork, y, b, length, width, c, lanes, <f32>(0.5 / <f64>n));
    }
  }
}

/**
 * All gradients at once, from the inputs of `ddConv` and the cotangent dy; the kernel `OrchidDdConvGrad`.
 *
 * @param dKernel,dRe,dIm,dSkip where gradients go; 0 when there is no such input
 */
export function ddConvGrad(
  plan: usize, isDct: bool, n: i32, batch: i32, length: i32, width: i32,
  z: usize, kernel: usize, kernelRows: i32, isShared: bool, scale: f32,
  hRe: usize, hIm: usize, bins: i32, skip: usize, dy: usize,
  dz: usize, dKernel: usize, dRe: usize, dIm: usize, dSkip: usize, scratch: usize,
): void {
  const table = (scratch + 63) & ~63;
  const sums = dSkip == 0 ? 0 : table + (<usize>n << 3);
  const zWork = table + tableBytes(n);
  const gWork = zWork + workBytes(plan);
  const kernelWork = gWork + workBytes(plan);
  const sharedWork = kernelWork + workBytes(plan);
  const rowBytes = <usize>width << 2;
  pairOrder(plan, n, hRe == 0, table);
  for (let g = 0; g < width; g += 8) {
    const c = groupAt(g, width);
    const lanes = min(8, width);
    const at = <usize>c << 2;
    const dA = skip != 0 ? loadLanes(skip + at, lanes) : f32x4.splat(0);
    const dB = skip != 0 ? loadLanes(skip + at + 16, lanes - 4) : f32x4.splat(0);
    if (sums != 0) memory.fill(sums, 0, 32);
    for (let b = 0; b < batch; b++) {
      if (kernel != 0 && (b == 0 || !isShared)) {
        transformed(plan, isDct, n, kernelWork, kernel, b, kernelRows, width, c, lanes);
      }
      transformed(plan, isDct, n, zWork, z, b, length, width, c, lanes);
      transformed(plan, isDct, n, gWork, dy, b, length, width, c, lanes);

      const rows = <usize>(b * bins) * rowBytes + at;
      const re = hRe == 0 ? 0 : hRe + rows;
      const im = hIm == 0 ? 0 : hIm + rows;
      const toRe = dRe == 0 ? 0 : dRe + rows;
      const toIm = dIm == 0 ? 0 : dIm + rows;
      const k = kernel == 0 ? 0 : kernelWork;
      // A shared kernel's gradient is summed over the examples as a spectrum, and brought back once.
      const cross = kernel == 0 ? 0 : isShared ? sharedWork : zWork;
      const isAdded = isShared && b > 0;
      if (isDct) dctGradient(plan, n, zWork, gWork, k, re, rowBytes, lanes, dA, dB, cross, isAdded, toRe, sums);
      else {
        dftGradient(plan, n, table, zWork, gWork, k, scale, re, im, rowBytes, lanes, dA, dB, cross, isAdded, toRe, toIm, sums);
      }
      restored(plan, isDct, n, gWork, dz, b, length, width, c, lanes, <f32>(0.5 / <f64>n));
      if (cross != 0 && (!isShared || b == batch - 1)) {
        restored(plan, isDct, n, cross, dKernel, isShared ? 0 : b, kernelRows, width, c, lanes, scale * <f32>(0.25 / <f64>n));
      }
    }
    if (dSkip != 0) {
      storeLanes(dSkip + at, v128.load(sums), lanes);
      storeLanes(dSkip + at + 16, v128.load(sums, 16), lanes - 4);
    }
  }
}
