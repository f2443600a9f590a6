// A training step taken apart: what each kernel costs in each phase, and what the same work would cost if nothing but
// this engine's matrix product and this machine's memory set the pace.
import { type KernelRecord, measureRates, profileKernels, type Rates } from '@orchid-ml/backends/profile';
import type * as tf from '@tensorflow/tfjs-core';
import { type Phase, phases } from './reference-step.ts';

/** All calls of one kernel in one step. */
export interface KernelCost {
  readonly kernel: string;
  readonly calls: number;
  readonly ms: number;
  /** of the step's time */
  readonly share: number;
  readonly phaseMs: Readonly<Record<Phase, number>>;
  /** size of the inputs and outputs of every call */
  readonly bytes: number;
  /** floating-point operations of matrix products */
  readonly flops: number;
  /** operations over the product's rate; for a kernel without a product, bytes over the rate of copying */
  readonly floorMs: number;
}

export interface StepProfile {
  /** the step of median length among those taken */
  readonly stepMs: number;
  /** slowest first */
  readonly kernels: readonly KernelCost[];
  readonly phaseMs: Readonly<Record<Phase, number>>;
  readonly kernelsMs: number;
  /** what is not inside a kernel: JavaScript, dispatch, the tape, the allocator */
  readonly restMs: number;
  readonly floor: Rates & {
    readonly flops: number;
    readonly productsMs: number;
    /** of the kernels without a product */
    readonly bytes: number;
    readonly copyMs: number;
    readonly ms: number;
  };
}

/** Profiles a step that has run before, `repeats` times, and takes the one of median length. */
export async function profileStep(run: (enter: (phase: Phase) => void) => tf.Tensor, repeats: number) {
  const rates = measureRates();
  const profiles = [];
  for (let i = 0; i < repeats; i++) {
    profiles.push(await profileKernels<void>((setPhase) => run(setPhase).dispose()));
  }
  profiles.sort((a, b) => a.ms - b.ms);
  const { ms, records } = profiles[repeats >> 1]!;
  return summarize(ms, records, rates);
}

/** From the records of one step to its table. */
export function summarize(stepMs: number, records: readonly KernelRecord[], rates: Rates): StepProfile {
  const names = [...new Set(records.map(({ kernel }) => kernel))];
  const kernels = names.map((kernel): KernelCost => {
    const own = records.filter((record) => record.kernel === kernel);
    const [ms, bytes, flops] = [total(own, 'ms'), total(own, 'bytes'), total(own, 'flops')];
    const seconds = flops > 0 ? flops / rates.flopsPerSecond : bytes / rates.bytesPerSecond;
    return {
      kernel,
      calls: total(own, 'calls'),
      ms,
      share: ms / stepMs,
      phaseMs: byPhase(own),
      bytes,
      flops,
      floorMs: 1000 * seconds,
    };
  });
  kernels.sort((a, b) => b.ms - a.ms);
  const kernelsMs = total(kernels, 'ms');
  const products = kernels.filter(({ flops }) => flops > 0);
  const others = kernels.filter(({ flops }) => flops === 0);
  const [productsMs, copyMs] = [total(products, 'floorMs'), total(others, 'floorMs')];
  return {
    stepMs,
    kernels,
    phaseMs: byPhase(records),
    kernelsMs,
    restMs: stepMs - kernelsMs,
    floor: {
      ...rates,
      flops: total(products, 'flops'),
      productsMs,
      bytes: total(others, 'bytes'),
      copyMs,
      ms: productsMs + copyMs,
    },
  };
}

function total<K extends string>(rows: readonly Readonly<Record<K, number>>[], key: K): number {
  return rows.reduce((sum, row) => sum + row[key], 0);
}

function byPhase(records: readonly KernelRecord[]): Record<Phase, number> {
  const ms = (phase: Phase): number =>
    total(
      records.filter((record) => record.phase === phase),
      'ms',
    );
  return Object.fromEntries(phases.map((phase) => [phase, ms(phase)])) as Record<Phase, number>;
}
