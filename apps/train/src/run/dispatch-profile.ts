// A training step on a GPU taken apart: dispatches, the bytes that they move, and their times by the GPU's own clock where it has
// one; beside them the time that moving as many bytes takes at the least.
import { hasGpuClock, profileDispatches } from '@orchid-ml/backends/profile';
import { type Dispatched, recordDispatches } from '@orchid-ml/backends/webgpu-host';
import * as tf from '@tensorflow/tfjs-core';
import { finished, median, rounded, timings } from './timings.ts';

/** All dispatches of one program in a step. */
export interface ProgramCost {
  readonly name: string;
  readonly dispatches: number;
  readonly megabytes: number;
  /** null where the device has no clock for us */
  readonly ms: number | null;
}

export interface StepDispatches {
  readonly totals: {
    readonly dispatches: number;
    /** read and written by all of them, through global memory */
    readonly megabytes: number;
    readonly copyGigabytesPerSecond: number;
    /** those bytes at the measured rate of copying */
    readonly floorMs: number;
    /** on the device; null where it has no clock for us */
    readonly deviceMs: number | null;
  };
  /** slowest first, or those that move most */
  readonly programs: readonly ProgramCost[];
}

/**
 * Takes one step, or any other work, apart that has run before.
 *
 * @param run makes tensors; they are waited for and disposed of
 */
export async function profileDispatchesOf(run: () => readonly tf.Tensor[]): Promise<StepDispatches> {
  const isTimed = hasGpuClock();
  const profile: {
    readonly result: readonly tf.Tensor[];
    readonly dispatches: readonly (Dispatched & { readonly ms?: number })[];
  } = isTimed ? await profileDispatches(run) : await recordDispatches(run);
  const { result, dispatches } = profile;
  await finished(result);
  tf.dispose([...result]);
  const bytesPerSecond = await copyRate();
  const programs = [...new Set(dispatches.map(({ name }) => name))].map((name) => {
    const own = dispatches.filter((dispatch) => dispatch.name === name);
    const ms = isTimed ? rounded(own.reduce((sum, { ms = 0 }) => sum + ms, 0)) : null;
    return { name, dispatches: own.length, megabytes: rounded(bytesOf(own) / 1e6), ms };
  });
  programs.sort((a, b) => (b.ms ?? b.megabytes) - (a.ms ?? a.megabytes));
  const bytes = bytesOf(dispatches);
  return {
    totals: {
      dispatches: dispatches.length,
      megabytes: rounded(bytes / 1e6),
      copyGigabytesPerSecond: rounded(bytesPerSecond / 1e9),
      floorMs: rounded((1000 * bytes) / bytesPerSecond),
      deviceMs: isTimed ? rounded(programs.reduce((sum, { ms }) => sum + ms!, 0)) : null,
    },
    programs,
  };
}

function bytesOf(dispatches: readonly Dispatched[]): number {
  return dispatches.reduce((sum, { readBytes, writtenBytes }) => sum + readBytes + writtenBytes, 0);
}

/** Bytes a second, read and written ones together, of a kernel that copies what no cache holds. */
export async function copyRate(): Promise<number> {
  const values = 2 ** 24;
  const x = tf.zeros([values]);
  try {
    const copy = () => [tf.neg(x)];
    const wall = median(await timings(copy, 5));
    if (!hasGpuClock()) return (8 * values) / (wall / 1000);
    const times: number[] = [];
    while (times.length < 5) {
      const { result, dispatches } = await profileDispatches(copy);
      tf.dispose(result);
      times.push(dispatches.reduce((sum, { ms }) => sum + ms, 0));
    }
    return (8 * values) / (median(times) / 1000);
  } finally {
    x.dispose();
  }
}
