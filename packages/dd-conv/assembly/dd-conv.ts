// Entry of the package's wasm module: the fused convolution and its gradient, a panel of a few lane groups at a time.
// Everything of a panel happens in work buffers that stay in a cache; only rows of the tensors themselves are read and written.
import { dctGradient, dctProduct } from './dct';
import { dftGradient, dftProduct } from './dft';
import { orderBytes, pairOrder } from './order';
import { bufferBytes, groupsAt, load, outerOf, PANEL_GROUPS, panelGroups, restore, save, transform } from './panel';
import { loadLanes, storeLanes } from './rows';

export { interleaveComplex, splitComplex } from './complex-channels';
export { phaseSuppression, phaseSuppressionBytes, phaseSuppressionGrad } from './phase-suppression';

// Scratch begins with the sums of a panel's skip gradient and the order of the pairs; work buffers follow.
const ORDER: usize = 32 * PANEL_GROUPS;

// @ts-ignore: decorator
@inline
function headBytes(n: i32): usize {
  return (ORDER + orderBytes(n) + 63) & ~63;
}

/**
 * Bytes of scratch that a kernel with so many kinds of work buffers needs: one for each of z, dy, kernel and a shared
 * kernel's gradient or, with an output gate, what was filtered by kernels of the examples' own. They may be more than 32 bits can say, and than the heap can hold.
 */
export function scratchBytes(plan: usize, n: i32, width: i32, buffers: i32): f64 {
  const count = buffers * panelGroups(plan, width, buffers);
  return 64 + <f64>headBytes(n) + <f64>bufferBytes(plan) * <f64>count;
}

/**
 * y = outputGate ⊙ F⁻¹(F(inputGate ⊙ z) ⊙ (scale·F(kernel) + H + d)); the kernel `OrchidDdConv`, whose tensors these are the addresses of.
 * d, the skip weight, joins the spectrum: adding d ⊙ z and adding d to every bin is the same.
 *
 * @param kernel,hRe,hIm,skip,inputGate,outputGate 0 when there is none
 * @param bins rows of H an example
 */
export function ddConv(
  plan: usize, isDct: bool, n: i32, batch: i32, length: i32, width: i32,
  z: usize, kernel: usize, kernelRows: i32, isShared: bool, scale: f32,
  hRe: usize, hIm: usize, bins: i32, skip: usize, inputGate: usize, outputGate: usize, y: usize, scratch: usize,
): void {
  scratch = (scratch + 63) & ~63;
  const table = scratch + ORDER;
  const stride = bufferBytes(plan);
  const most = panelGroups(plan, width, kernel != 0 ? 2 : 1);
  const zWork = scratch + headBytes(n);
  const kernelWork = zWork + stride * <usize>most;
  const lanes = min(8, width);
  const rowBytes = <usize>width << 2;
  const outer = outerOf(plan, length, n, lanes);
  const kernelOuter = outerOf(plan, kernelRows, n, lanes);
  const outScale: f32 = isDct ? 1 : <f32>(0.5 / <f64>n);
  // The rows of H are far apart, those of a work buffer near: H decides when there is one.
  pairOrder(plan, n, hRe == 0, table);
  let groups = 0;
  for (let next = 0; next < width; next += groups << 3) {
    const c = width < 8 ? 0 : min(next, width - 8);
    groups = groupsAt(next, width, most);
    const at = <usize>c << 2;
    for (let b = 0; b < batch; b++) {
      if (kernel != 0 && (b == 0 || !isShared)) {
        const from = kernel + <usize>(b * kernelRows) * rowBytes + at;
        load(kernelOuter, kernelWork, stride, groups, isDct, from, rowBytes, kernelRows, n, lanes, 0);
        for (let g = 0; g < groups; g++) transform(plan, kernelOuter, isDct, n, kernelWork + stride * <usize>g);
      }
      const rows = <usize>(b * length) * rowBytes + at;
      load(outer, zWork, stride, groups, isDct, z + rows, rowBytes, length, n, lanes, inputGate == 0 ? 0 : inputGate + rows);
      for (let g = 0; g < groups; g++) {
        const work = zWork + stride * <usize>g;
        transform(plan, outer, isDct, n, work);
        const k = kernel == 0 ? <usize>0 : kernelWork + stride * <usize>g;
        const channel = at + (<usize>g << 5);
        const dA = skip != 0 ? loadLanes(skip + channel, lanes) : f32x4.splat(0);
        const dB = skip != 0 ? loadLanes(skip + channel + 16, lanes - 4) : f32x4.splat(0);
        const h = <usize>(b * bins) * rowBytes + channel;
        const re = hRe == 0 ? <usize>0 : hRe + h;
        const im = hIm == 0 ? <usize>0 : hIm + h;
        if (isDct) dctProduct(plan, n, work, k, re, rowBytes, lanes, dA, dB);
        else dftProduct(n, table, work, k, scale, re, im, rowBytes, lanes, dA, dB);
        restore(plan, outer, isDct, n, work);
      }
      const gate = outputGate == 0 ? <usize>0 : outputGate + rows;
      save(outer, zWork, stride, groups, isDct, y + rows, rowBytes, length, n, lanes, outScale, gate, 0, 0);
    }
  }
}

/**
 * All gradients at once, from the inputs of `ddConv` and the cotangent dy; the kernel `OrchidDdConvGrad`.
 *
 * @param dKernel,dRe,dIm,dSkip,dInputGate,dOutputGate where gradients go; 0 when there is no such input
 */
export function ddConvGrad(
  plan: usize, isDct: bool, n: i32, batch: i32, length: i32, width: i32,
  z: usize, kernel: usize, kernelRows: i32, isShared: bool, scale: f32,
  hRe: usize, hIm: usize, bins: i32, skip: usize, inputGate: usize, outputGate: usize, dy: usize,
  dz: usize, dKernel: usize, dRe: usize, dIm: usize, dSkip: usize, dInputGate: usize, dOutputGate: usize, scratch: usize,
): void {
  scratch = (scratch + 63) & ~63;
  const table = scratch + ORDER;
  const stride = bufferBytes(plan);
  // What comes out before the output gate takes z's place, unless the kernel's gradient does.
  const isFilteredApart = outputGate != 0 && kernel != 0 && !isShared;
  const most = panelGroups(plan, width, kernel == 0 ? 2 : isShared || isFilteredApart ? 4 : 3);
  const zWork = scratch + headBytes(n);
  const gWork = zWork + stride * <usize>most;
  const kernelWork = gWork + stride * <usize>most;
  const lastWork = kernelWork + stride * <usize>most;
  const filteredWork = isFilteredApart ? lastWork : zWork;
  const lanes = min(8, width);
  const rowBytes = <usize>width << 2;
  const outer = outerOf(plan, length, n, lanes);
  const kernelOuter = outerOf(plan, kernelRows, n, lanes);
  const outScale: f32 = isDct ? 1 : <f32>(0.5 / <f64>n);
  const kernelScale: f32 = isDct ? 1 : scale * <f32>(0.25 / <f64>n);
  pairOrder(plan, n, hRe == 0, table);
  let groups = 0;
  for (let next = 0; next < width; next += groups << 3) {
    const c = width < 8 ? 0 : min(next, width - 8);
    groups = groupsAt(next, width, most);
    const at = <usize>c << 2;
    memory.fill(scratch, 0, ORDER);
    for (let b = 0; b < batch; b++) {
      const kernelRow = <usize>(isShared ? 0 : b * kernelRows) * rowBytes + at;
      if (kernel != 0 && (b == 0 || !isShared)) {
        load(kernelOuter, kernelWork, stride, groups, isDct, kernel + kernelRow, rowBytes, kernelRows, n, lanes, 0);
        for (let g = 0; g < groups; g++) transform(plan, kernelOuter, isDct, n, kernelWork + stride * <usize>g);
      }
      const rows = <usize>(b * length) * rowBytes + at;
      load(outer, zWork, stride, groups, isDct, z + rows, rowBytes, length, n, lanes, inputGate == 0 ? 0 : inputGate + rows);
      load(outer, gWork, stride, groups, isDct, dy + rows, rowBytes, length, n, lanes, outputGate == 0 ? 0 : outputGate + rows);
      // A shared kernel's gradient is summed over the examples as a spectrum, and brought back once.
      const crossWork = isShared ? lastWork : zWork;
      const isCrossDone = kernel != 0 && (!isShared || b == batch - 1);
      for (let i = 0; i < groups; i++) {
        const offset = stride * <usize>i;
        transform(plan, outer, isDct, n, zWork + offset);
        transform(plan, outer, isDct, n, gWork + offset);
        const k = kernel == 0 ? <usize>0 : kernelWork + offset;
        const cross = kernel == 0 ? <usize>0 : crossWork + offset;
        const channel = at + (<usize>i << 5);
        const dA = skip != 0 ? loadLanes(skip + channel, lanes) : f32x4.splat(0);
        const dB = skip != 0 ? loadLanes(skip + channel + 16, lanes - 4) : f32x4.splat(0);
        const sum = skip == 0 ? <usize>0 : scratch + (<usize>i << 5);
        const h = <usize>(b * bins) * rowBytes + channel;
        const re = hRe == 0 ? <usize>0 : hRe + h;
        const im = hIm == 0 ? <usize>0 : hIm + h;
        const toRe = dRe == 0 ? <usize>0 : dRe + h;
        const toIm = dIm == 0 ? <usize>0 : dIm + h;
        const isAdded = isShared && b > 0;
        const zAt = zWork + offset;
        const gAt = gWork + offset;
        const filtered = outputGate == 0 ? <usize>0 : filteredWork + offset;
        if (isDct) dctGradient(plan, n, zAt, gAt, k, re, rowBytes, lanes, dA, dB, cross, isAdded, filtered, toRe, sum);
        else {
          dftGradient(
            n, table, zAt, gAt, k, scale, re, im, rowBytes, lanes, dA, dB, cross, isAdded, filtered, toRe, toIm, sum,
          );
        }
        restore(plan, outer, isDct, n, gAt);
        if (isCrossDone) restore(plan, kernelOuter, isDct, n, cross);
        if (filtered != 0) restore(plan, outer, isDct, n, filtered);
      }
      if (inputGate == 0) {
        save(outer, gWork, stride, groups, isDct, dz + rows, rowBytes, length, n, lanes, outScale, 0, 0, 0);
      } else {
        save(outer, gWork, stride, groups, isDct, dz + rows, rowBytes, length, n, lanes, outScale,
          inputGate + rows, dInputGate + rows, z + rows);
      }
      if (outputGate != 0) {
        save(outer, filteredWork, stride, groups, isDct, dOutputGate + rows, rowBytes, length, n, lanes, outScale,
          dy + rows, 0, 0);
      }
      if (isCrossDone) {
        save(kernelOuter, crossWork, stride, groups, isDct, dKernel + kernelRow, rowBytes, kernelRows, n, lanes, kernelScale, 0, 0, 0);
      }
    }
    for (let i = 0; i < groups && dSkip != 0; i++) {
      const to = dSkip + at + (<usize>i << 5);
      storeLanes(to, v128.load(scratch + (<usize>i << 5)), lanes);
      storeLanes(to + 16, v128.load(scratch + (<usize>i << 5), 16), lanes - 4);
    }
  }
}
