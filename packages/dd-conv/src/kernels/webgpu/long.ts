// Convolutions too long for workgroup memory, n = n1·n2: the inputs' columns are transformed (a pass each), rows are transformed,
// multiplied and transformed back in place (one pass), and the results' columns transformed back (a pass each).
import { dispatch, table, withScratch } from '@orchid-ml/backends/webgpu-host';
import {
  invocationsFor,
  lanesFor,
  type SharedTransform,
  sharedTransform,
  stagesOf,
  stepsOf,
  type WorkgroupLimits,
} from '@orchid-ml/fft/wgsl';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { blocksOf } from '../../wgsl/bins.ts';
import { fromRowsProgram, toRowsProgram } from '../../wgsl/columns.ts';
import { type Fused, fusedBuffers, fusedProgram, type Output } from '../../wgsl/fused.ts';
import { type Convolution, fusedOf, fusedParams, type Tile, tableOf, tilesOf } from './convolution.ts';
import { withPartsOf } from './sums.ts';

/** How a transform is divided. */
interface Division {
  readonly columns: SharedTransform;
  /** two rows for each pair of channels */
  readonly rows: SharedTransform;
}

/** The division whose passes have most pairs of channels side by side, or null: n has no factors that fit. */
export function divisionOf({ backend, n, pairs }: Convolution): Division | null {
  const { limits } = backend.device;
  let best: Division | null = null;
  let most = 0;
  for (let n1 = 2; 8 * n1 <= limits.maxComputeWorkgroupStorageSize; n1++) {
    const n2 = n / n1;
    if (!Number.isInteger(n2) || n2 === 1 || (n % 2 === 0 && n2 % 2 !== 0) || !stagesOf(n1) || !stagesOf(n2)) continue;
    const columnLanes = lanesFor(n1, n2 * pairs, limits);
    const rowLanes = rowLanesFor(n2, pairs, limits);
    const least = Math.min(columnLanes, rowLanes);
    if (least <= most) continue;
    most = least;
    best = {
      columns: sharedTransform(n1, columnLanes, invocationsFor(n1, columnLanes, limits)),
      rows: sharedTransform(n2, 2 * rowLanes, invocationsFor(n2, 2 * rowLanes, limits)),
    };
  }
  return best;
}

/** As many pairs as fit with two rows each. */
function rowLanesFor(n2: number, pairs: number, limits: WorkgroupLimits): number {
  const lanes = lanesFor(n2, 2 * pairs, limits);
  if (lanes === 1 && 16 * n2 <= limits.maxComputeWorkgroupStorageSize) return 1;
  return Math.floor(lanes / 2);
}

/** Computes the outputs into the convolution's tensors. */
export function long(convolution: Convolution, division: Division, outputs: readonly Output[]): void {
  const { backend, n, pairs, kernel, tensors } = convolution;
  const has = (...names: Output[]) => names.some((name) => outputs.includes(name));
  const whole = fusedOf(convolution, outputs);
  // The cosine transform's spectrum of a single sample is not flat, so that its kernel cannot have skip.
  const isFolded = whole.hasSkip && kernel !== 'none' && whole.transform === 'dft';
  const fused: Fused = {
    ...whole,
    n1: division.columns.n,
    hasSkip: whole.hasSkip && !isFolded,
    hasInputGate: false,
    hasOutputGate: false,
    outputs: [
      ...(has('y', 'outputGate') ? (['y'] as const) : []),
      ...(has('z', 'inputGate') ? (['z'] as const) : []),
      ...outputs.filter((output) => output === 'kernel' || output === 'spectrum' || output === 'skip'),
    ],
  };
  const names = fusedBuffers(fused).map(({ name }) => name);
  const tiles = tilesOf(convolution, 8 * n * pairs);
  const largest = Math.max(...tiles.map(({ count }) => count));
  const sums = has('skip') ? { dSkip: tensors.dSkip! } : {};
  /** Runs the tiles when the rows that are left to make are there. */
  const run = (left: string[], rows: Readonly<Record<string, TensorInfo>>): void => {
    const [name, ...others] = left;
    if (name !== undefined) {
      const owners = name === 'kernel' && kernel === 'shared' ? 1 : largest;
      withScratch(backend, 2 * owners * n * pairs, (made) => run(others, { ...rows, [name]: made }));
      return;
    }
    for (const tile of tiles) {
      const parts = (kernel === 'shared' ? 1 : tile.count) * blocksOf(division.columns.n);
      withPartsOf(backend, sums, parts, tile.first > 0, (partial) =>
        tilePasses(convolution, division, fused, tile, { ...rows, ...partial }, isFolded, outputs),
      );
    }
  };
  run(
    names.filter((name) => name === 'z' || name === 'dy' || name === 'kernel'),
    {},
  );
}

/** All passes over the examples of a tile; `scratch` has the rows of z, dy and kernel, and parts of sums. */
function tilePasses(
  convolution: Convolution,
  division: Division,
  fused: Fused,
  tile: Tile,
  scratch: Readonly<Record<string, TensorInfo>>,
  isFolded: boolean,
  outputs: readonly Output[],
): void {
  const { kernel, kernelRows, length, scale } = convolution;
  const isShared = kernel === 'shared';
  const has = (output: Output) => outputs.includes(output);
  const columns = columnPasses(convolution, division, tile);
  if (scratch.z) columns.toRows('z', scratch.z, length, { gate: 'inputGate' });
  if (scratch.dy) columns.toRows('dy', scratch.dy, length, { gate: 'outputGate' });
  const owners = isShared ? 1 : tile.count;
  if (scratch.kernel && fusedNeedsKernel(fused)) {
    columns.toRows('kernel', scratch.kernel, kernelRows, { skip: isFolded ? 1 / scale : 0, owners });
  }
  rowPasses(convolution, division, fused, tile, scratch);
  if (has('y')) columns.fromRows(scratch.z!, 'y', length, { gate: 'outputGate' });
  if (has('outputGate')) columns.fromRows(scratch.z!, 'dOutputGate', length, { gate: 'dy' });
  if (has('z')) {
    const other = has('inputGate') ? 'dInputGate' : undefined;
    columns.fromRows(scratch.dy!, 'dz', length, { gate: 'inputGate', other, otherGate: 'z' });
  }
  if (has('kernel')) {
    columns.fromRows(scratch.kernel!, 'dKernel', kernelRows, { scale, owners, adds: isShared && tile.first > 0 });
  }
}

/** Whether a program filters, and has a kernel for it. */
function fusedNeedsKernel({ kernel, outputs }: Fused): boolean {
  return kernel !== 'none' && (outputs.includes('y') || outputs.includes('z'));
}

interface ColumnOptions {
  /** the buffer of a factor, if the convolution has it */
  readonly gate?: string;
  readonly other?: string | undefined;
  readonly otherGate?: string;
  /** factor of skip, which is added to the first row; 0: it is not */
  readonly skip?: number;
  readonly scale?: number;
  /** examples or kernels */
  readonly owners?: number;
  readonly adds?: boolean;
}

/** The passes over columns for the examples of a tile. */
function columnPasses(convolution: Convolution, { columns, rows }: Division, tile: Tile) {
  const { backend, transform, n, width, pairs, tensors } = convolution;
  const isEvenWidth = width % 2 === 0;
  const { key, make } = stepsOf(n);
  const steps = table(backend, key, make);
  const twiddles = table(backend, columns.table.key, columns.table.make);
  const blocks = Math.ceil((rows.n * pairs) / columns.lanes);
  const sizes = { n: columns.n, n2: rows.n, width, pairs, blocks };
  const bound = (name: string) => tile.bound(tensors[name]!);
  const gateOf = (name: string | undefined) => (name !== undefined && name in tensors ? name : undefined);
  return {
    toRows(name: string, to: TensorInfo, length: number, options: ColumnOptions): void {
      const gate = gateOf(options.gate);
      const { skip = 0, owners = tile.count } = options;
      const program = toRowsProgram(
        { transform, isEvenWidth, hasGate: gate !== undefined, hasSkip: skip !== 0 },
        columns,
      );
      dispatch(backend, program, {
        buffers: {
          x: bound(name),
          ...(gate && { gate: bound(gate) }),
          ...(skip !== 0 && { skip: tensors.skip! }),
          table: twiddles,
          steps,
          rows: to,
        },
        params: { ...sizes, length, scale: skip },
        groups: owners * blocks,
      });
    },
    fromRows(from: TensorInfo, name: string, length: number, options: ColumnOptions): void {
      const gate = gateOf(options.gate);
      const { other, otherGate, owners = tile.count, scale = 1, adds = false } = options;
      const kind = { transform, isEvenWidth, hasGate: gate !== undefined, hasOther: other !== undefined, adds };
      dispatch(backend, fromRowsProgram(kind, columns), {
        buffers: {
          rows: from,
          table: twiddles,
          steps,
          ...(gate && { gate: bound(gate) }),
          ...(other && { otherGate: bound(otherGate!), other: bound(other) }),
          out: bound(name),
        },
        params: { ...sizes, length, scale },
        groups: owners * blocks,
        ...(adds && { times: { out: 2 } }),
      });
    },
  };
}

/** What lies between the columns: one pass, or two where the device binds too few buffers for skip's gradient too. */
function rowPasses(
  convolution: Convolution,
  { rows }: Division,
  fused: Fused,
  tile: Tile,
  scratch: Readonly<Record<string, TensorInfo>>,
): void {
  const { backend, kernel, tensors } = convolution;
  const most = backend.device.limits.maxStorageBuffersPerShaderStage;
  const isDivided = fused.outputs.includes('skip') && fusedBuffers(fused).length > most;
  // Skip's gradient reads what the others overwrite.
  const groups: (readonly Output[])[] = isDivided
    ? [['skip'], fused.outputs.filter((output) => output !== 'skip')]
    : [fused.outputs];
  const isShared = kernel === 'shared';
  const params = fusedParams(convolution, fused, rows, { count: tile.count, chunk: isShared ? tile.count : 1 });
  for (const outputs of groups) {
    const program = { ...fused, outputs };
    const buffers = Object.fromEntries(
      fusedBuffers(program).map(({ name }) => [
        name,
        name === 'table' ? tableOf(convolution, rows) : (scratch[name] ?? tile.bound(tensors[name]!)),
      ]),
    );
    const inPlace = { y: 'z', z: 'dy', kernel: 'kernel' } as const;
    const times = Object.fromEntries(
      outputs.flatMap((output) =>
        output === 'y' || output === 'z' || (output === 'kernel' && fusedNeedsKernel(program))
          ? [[inPlace[output], 2]]
          : [],
      ),
    );
    dispatch(backend, fusedProgram(program, rows), {
      buffers,
      params,
      groups: (isShared ? 1 : tile.count) * params.blocks * params.laneGroups,
      times,
    });
  }
}
