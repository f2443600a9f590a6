// The profile of a step as a table: kernels, slowest first, then the floor beside the whole.
import type { KernelCost, StepProfile } from '../run/step-profile.ts';
import { table } from './format.ts';

/** Kernels below this share of the step are put together in one line. */
const smallest = 0.005;

const head = [
  'kernel',
  'calls',
  'ms',
  'share',
  'forward',
  'backward',
  'optimizer',
  'MB',
  'GB/s',
  'GFLOP/s',
  'floor ms',
];

/** The lines to print. */
export function profileTable(profile: StepProfile): string[] {
  const shown = profile.kernels.filter(({ share }) => share >= smallest);
  const others = profile.kernels.slice(shown.length);
  const rows = [head, ...shown.map((cost) => row(cost.kernel, cost))];
  if (others.length > 0) rows.push(row(`${others.length} more`, together(others)));
  rows.push(row('all kernels', together(profile.kernels)));
  const { floor, restMs, stepMs } = profile;
  const right = head.flatMap((_, i) => (i === 0 ? [] : [i]));
  return [
    ...table(rows, right),
    '',
    ...table(
      [
        ['', 'ms'],
        ['all kernels', ms(profile.kernelsMs)],
        ['the rest: JavaScript and dispatch', ms(restMs)],
        ['the step', ms(stepMs)],
        [`products: ${gig(floor.flops, 1)} GFLOP at ${gig(floor.flopsPerSecond, 1)} GFLOP/s`, ms(floor.productsMs)],
        [`all else: ${gig(floor.bytes, 2)} GB at ${gig(floor.bytesPerSecond, 1)} GB/s`, ms(floor.copyMs)],
        ['the floor', ms(floor.ms)],
      ],
      [1],
    ),
  ];
}

function together(costs: readonly KernelCost[]): Omit<KernelCost, 'kernel'> {
  const sum = (value: (cost: KernelCost) => number): number => costs.reduce((total, cost) => total + value(cost), 0);
  return {
    calls: sum((cost) => cost.calls),
    ms: sum((cost) => cost.ms),
    share: sum((cost) => cost.share),
    phaseMs: {
      forward: sum((cost) => cost.phaseMs.forward),
      backward: sum((cost) => cost.phaseMs.backward),
      optimizer: sum((cost) => cost.phaseMs.optimizer),
    },
    bytes: sum((cost) => cost.bytes),
    flops: sum((cost) => cost.flops),
    floorMs: sum((cost) => cost.floorMs),
  };
}

function row(name: string, cost: Omit<KernelCost, 'kernel'>): string[] {
  const { forward, backward, optimizer } = cost.phaseMs;
  return [
    name,
    String(cost.calls),
    ms(cost.ms),
    `${(100 * cost.share).toFixed(1)} %`,
    ...[forward, backward, optimizer].map(ms),
    (cost.bytes / 1e6).toFixed(1),
    // Of work too short to be timed there is no rate.
    cost.ms < 0.05 ? '' : (cost.bytes / cost.ms / 1e6).toFixed(1),
    cost.flops === 0 || cost.ms < 0.05 ? '' : (cost.flops / cost.ms / 1e6).toFixed(1),
    ms(cost.floorMs),
  ];
}

const ms = (value: number): string => value.toFixed(1);
const gig = (value: number, digits: number): string => (value / 1e9).toFixed(digits);
