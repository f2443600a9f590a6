// Convolutions whose transforms fit in workgroup memory: one dispatch, and one for all gradients where the device binds as many
// buffers as those take.
import { type Bound, dispatch, partOf, rangesOf, withScratch } from '@orchid-ml/backends/webgpu-host';
import { invocationsFor, lanesFor, pointsOf, sharedTransform } from '@orchid-ml/fft/wgsl';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { valuesOf } from '../../wgsl/bins.ts';
import { type Fused, fusedBuffers, fusedProgram, type Output } from '../../wgsl/fused.ts';
import { foldSkipProgram, groupsFor } from '../../wgsl/sum-parts.ts';
import { type Convolution, fusedOf, fusedParams, type Tile, tableOf, tilesOf } from './convolution.ts';
import { withPartsOf } from './sums.ts';

/** So many workgroups keep a large GPU busy; more parts than that only cost bytes. */
const ENOUGH_GROUPS = 512;

/** Whether a transform of the convolution's length fits in workgroup memory. */
export function fitsOnePass({ backend, n, pairs }: Convolution): boolean {
  return lanesFor(n, pairs, backend.device.limits) > 0;
}

/** Computes the outputs into the convolution's tensors. */
export function onePass(convolution: Convolution, outputs: readonly Output[]): void {
  const most = mostBuffers(convolution);
  const fused = fusedOf(convolution, outputs);
  const isTooMuch = outputs.some((output) => fusedBuffers({ ...fused, outputs: [output] }).length > most);
  const canFold = fused.hasSkip && fused.kernel !== 'none' && fused.transform === 'dft';
  if (isTooMuch && canFold) withFoldedSkip(convolution, (folded) => runGroups(folded, outputs));
  else runGroups(convolution, outputs);
}

function mostBuffers({ backend }: Convolution): number {
  return backend.device.limits.maxStorageBuffersPerShaderStage;
}

/** The same convolution with skip in its kernel. */
function withFoldedSkip(convolution: Convolution, run: (folded: Convolution) => void): void {
  const { backend, tensors, width, kernelRows, scale } = convolution;
  const { kernel, skip, ...others } = tensors;
  const size = util.sizeFromShape(kernel!.shape);
  withScratch(backend, size, (scratch) => {
    const folded = { ...scratch, shape: kernel!.shape };
    const rowSize = kernelRows * width;
    const kernels = { op: 'ddConv', item: 'a kernel', count: size / rowSize, sizes: [4 * rowSize] };
    for (const range of rangesOf(backend, kernels)) {
      dispatch(backend, foldSkipProgram, {
        buffers: {
          kernel: partOf(kernel!, range, 4 * rowSize),
          skip: skip!,
          folded: partOf(folded, range, 4 * rowSize),
        },
        params: { size: range.count * rowSize, rowSize, width, factor: 1 / scale },
        groups: groupsFor(range.count * rowSize),
      });
    }
    run({ ...convolution, tensors: { ...others, kernel: folded } });
  });
}

function runGroups(convolution: Convolution, outputs: readonly Output[]): void {
  const most = mostBuffers(convolution);
  const groups: Output[][] = [];
  for (const output of outputs) {
    const group = groups.find((others) => fusedBuffers(fusedOf(convolution, [...others, output])).length <= most);
    if (group) group.push(output);
    else groups.push([output]);
  }
  // Where buffers are few there are many dispatches already: none for sums of parts then.
  for (const group of groups) runGroup(convolution, group, groups.length <= 3);
}

/** The outputs of one program. */
function runGroup(convolution: Convolution, outputs: readonly Output[], mayDivideSums: boolean): void {
  const { backend, width, pairs, n, kernel, kernelRows, tensors } = convolution;
  const { limits } = backend.device;
  const lanes = lanesFor(n, pairs, limits);
  // A value for each invocation, if there may be as many: a program without loops over them.
  const values = valuesOf(1, pointsOf(n) === n ? n : pointsOf(n) / 2) * lanes;
  const suited = invocationsFor(n, lanes, limits);
  const invocations =
    values <= Math.min(256, limits.maxComputeInvocationsPerWorkgroup) ? Math.max(suited, values) : suited;
  const transform = sharedTransform(n, lanes, invocations);
  const fused = fusedOf(convolution, outputs);
  const program = fusedProgram(fused, transform);
  const laneGroups = Math.ceil(pairs / lanes);
  const tiles = tilesOf(convolution, 0);
  const sumsKernel = outputs.includes('kernel') && kernel === 'shared';
  const sums = sumsKernel || outputs.includes('skip');

  // Examples of a part meet one transform of a shared kernel, and leave one sum.
  const wanted = Math.ceil(ENOUGH_GROUPS / laneGroups);
  const largest = Math.max(...tiles.map(({ count }) => count));
  // A kernel's gradient in more parts would cost more bytes than the signals do, and all parts are bound at once.
  const bindable = Math.floor(limits.maxStorageBufferBindingSize / (4 * kernelRows * width));
  const most = sumsKernel ? Math.max(1, Math.min(Math.floor(largest / 4), bindable)) : largest;
  const parts = kernel === 'shared' || sums ? Math.min(most, sums && !mayDivideSums ? 1 : wanted) : largest;
  const chunk = Math.ceil(largest / parts);
  const partsOf = ({ count }: Tile) => Math.ceil(count / chunk);

  const summed: Record<string, TensorInfo> = {
    ...(sumsKernel && { dKernel: tensors.dKernel! }),
    ...(outputs.includes('skip') && { dSkip: tensors.dSkip! }),
  };
  const names = fusedBuffers(fused).map(({ name }) => name);
  for (const tile of tiles) {
    withPartsOf(backend, summed, partsOf(tile), tile.first > 0, (partial) => {
      const buffers: Record<string, Bound> = {};
      for (const name of names)
        buffers[name] =
          partial[name] ?? (name === 'table' ? tableOf(convolution, transform) : tile.bound(tensors[name]!));
      dispatch(backend, program, {
        buffers,
        params: fusedParams(convolution, fused, transform, { count: tile.count, chunk }),
        groups: laneGroups * partsOf(tile),
        times: timesOf(fused, partsOf(tile)),
      });
    });
  }
}

/** How often a program reads all of a buffer. */
function timesOf({ kernel, outputs }: Fused, parts: number): Record<string, number> {
  const has = (output: Output) => outputs.includes(output);
  return {
    ...(kernel === 'shared' && { kernel: parts }),
    ...(has('inputGate') && { z: has('outputGate') || has('kernel') || has('spectrum') || has('skip') ? 2 : 1 }),
    ...(has('z') && (has('outputGate') || has('kernel') || has('spectrum') || has('skip')) && { inputGate: 2 }),
    ...(has('outputGate') &&
      (has('z') || has('inputGate') || has('kernel') || has('spectrum') || has('skip')) && { dy: 2 }),
  };
}
