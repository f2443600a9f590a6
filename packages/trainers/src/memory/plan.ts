// Which way of making a step fits the memory there is: decided before the first step, and told what it takes.
import {
  bytesToUpload,
  describeBackend,
  heapUse,
  limitDeviceMemory,
  type TooLarge,
  TooLargeForDeviceError,
} from '@orchid-ml/backends';
import type { Module } from '@orchid-ml/dd-conv';
import type { MemoryOptions } from '../gradients.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Task } from '../tasks/task.ts';
import { StepMemory } from './predict.ts';
import { memorySize, StepTooLargeError } from './too-large.ts';

export interface PlanOptions {
  /** Sequences computed at once; null or left out: as many as fit, all of a step's if they do. */
  readonly microBatchSize?: number | null;
  /** Whether blocks keep their inputs alone and run again on the way back. Default 'auto': where nothing else fits. */
  readonly recompute?: 'auto' | 'always' | 'never';
  /** Whether memory grows with the square of the length, as that of dense attention does. Default false. */
  readonly isQuadratic?: boolean;
  /** Threads that share a step, each with a heap of its own. Default 1. */
  readonly workers?: number;
  /** The most that all heaps together may have in use: bytes. Default: no such limit. */
  readonly capBytes?: number | null;
  /** What the machine has left: bytes; says nothing of a GPU's memory, and is not looked at there. Default: not looked at. */
  readonly availableBytes?: number;
}

/** How a step is made, and the memory that it will take. */
export interface MemoryPlan extends Required<MemoryOptions> {
  /** sequences computed at once */
  readonly microBatchSize: number;
  /** null where the engine's memory cannot be measured, or the task does not say its shape: nothing is promised then */
  readonly predicted: {
    /** what a step takes at most on each thread's heap, beyond what is in use before it: bytes */
    readonly stepBytes: number;
    /** what was in use when the plan was made, or is between steps: bytes */
    readonly usedBytes: number;
    /** what a thread's heap, or the device, may have in use: bytes; not finite where nothing is known of the device's memory */
    readonly limitBytes: number;
    /** what sets that limit, in words */
    readonly limitedBy: string;
  } | null;
}

/** Blocks of many sizes leave gaps: of a heap's room, this much is counted on. */
const USABLE = 0.95;

/**
 * Finds the cheapest way of making the task's steps that fits: as they are; in smaller micro-batches, which cost a little;
 * then with recomputation, which costs a forward pass, again in the largest micro-batches that fit. Parameters, optimizer
 * and random streams stay as they are.
 *
 * @throws StepTooLargeError when no way that the options allow fits, saying what would
 * @throws Error naming the option that does not fit
 */
export function planMemory<M extends Module, B>(
  model: M,
  task: Task<M, B>,
  optimizer: Optimizer,
  options: PlanOptions = {},
): MemoryPlan {
  const { microBatchSize = null, recompute = 'auto', isQuadratic = false, workers = 1, capBytes = null } = options;
  check('microBatchSize', microBatchSize);
  check('workers', workers);
  if (capBytes !== null && !(capBytes > 0))
    throw new Error(`planMemory: capBytes is ${capBytes}; want a number above 0`);
  const { shape } = task;
  const heap = heapUse();
  if (!shape || !heap) return unpredicted(task, microBatchSize, recompute === 'always', workers);

  // The engine's own first steps are made here: what is in use is counted after them.
  const memory = new StepMemory(model, task, optimizer, isQuadratic);
  let tensor: TooLarge | undefined;
  /** Not finite where the device cannot do it, and `tensor` says what it is that is too large. */
  const ofStep = (sequences: number, length: number, recompute: boolean, parts: number): number => {
    try {
      tensor = undefined;
      return memory.bytes({ sequences, length, recompute, parts })!;
    } catch (error) {
      if (!(error instanceof TooLargeForDeviceError)) throw error;
      tensor = error.details;
      return Number.POSITIVE_INFINITY;
    }
  };
  const whole = Math.ceil(shape.sequences / workers);
  ofStep(whole, shape.length, recompute === 'always', 1);
  const used = heapUse()!.used + bytesToUpload(optimizer.tensors ?? []);
  const { limitBytes, limitedBy } = limitOf(used, options);
  const room = USABLE * limitBytes - used;
  const fits = (bytes: number): boolean => Number.isFinite(bytes) && bytes <= room;

  function cheapest(sizes: readonly number[], ways: readonly boolean[]): MemoryPlan | null {
    for (const recompute of ways) {
      for (const size of sizes) {
        const microBatches = Math.ceil(whole / size);
        const stepBytes = ofStep(size, shape!.length, recompute, microBatches);
        if (!fits(stepBytes)) continue;
        const predicted = { stepBytes, usedBytes: used, limitBytes, limitedBy };
        return { microBatches, recompute, microBatchSize: Math.ceil(whole / microBatches), predicted };
      }
    }
    return null;
  }

  const everyWay = recompute === 'auto' ? [false, true] : [recompute === 'always'];
  const asked = microBatchSize === null ? sizesOf(whole) : [Math.min(microBatchSize, whole)];
  const plan = cheapest(asked, everyWay);
  if (plan) {
    limitDeviceMemory(Number.isFinite(limitBytes) ? USABLE * limitBytes : null);
    return plan;
  }
  const other = cheapest(sizesOf(whole), [false, true]);
  const longest = other ? null : longestThatFits(shape.length, (length) => fits(ofStep(1, length, true, whole)));
  const last = { sequences: asked.at(-1)!, recompute: everyWay.at(-1)! };
  const neededBytes = ofStep(last.sequences, shape.length, last.recompute, Math.ceil(whole / last.sequences));
  throw new StepTooLargeError({
    sequences: last.sequences,
    length: shape.length,
    recompute: last.recompute,
    neededBytes,
    ...(tensor && { tensor }),
    usedBytes: used,
    limitBytes,
    limitedBy,
    fits: other
      ? { microBatchSize: other.microBatchSize, recompute: other.recompute, length: shape.length }
      : longest === null
        ? null
        : { microBatchSize: 1, recompute: true, length: longest },
  });
}

/** All of the sequences, half of them and so on, each as even as its number of pieces lets it be. */
function sizesOf(whole: number): number[] {
  const sizes: number[] = [];
  for (let pieces = 1; pieces < 2 * whole; pieces *= 2) sizes.push(Math.ceil(whole / Math.min(pieces, whole)));
  return [...new Set(sizes)];
}

/** The longest sequence below `length` that fits, or null: memory grows with it. */
function longestThatFits(length: number, fits: (length: number) => boolean): number | null {
  let [low, high] = [0, length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low === 0 ? null : low;
}

function limitOf(
  used: number,
  { workers = 1, capBytes = null, availableBytes = Number.POSITIVE_INFINITY }: PlanOptions,
): { limitBytes: number; limitedBy: string } {
  const shared = workers > 1 ? `, shared by ${workers} workers` : '';
  const limits: [number, string][] = [];
  const { gpu } = describeBackend();
  const own = gpu ? gpu.memoryBytes : heapUse()!.limit;
  if (own === null) limits.push([Number.POSITIVE_INFINITY, 'the device does not say how much memory it has']);
  else limits.push([own, `${gpu ? 'the device has' : 'the wasm heap ends at'} ${memorySize(own)}`]);
  if (capBytes !== null) limits.push([capBytes / workers, `the limit asked for is ${memorySize(capBytes)}${shared}`]);
  // What is in use now is the machine's already, and every further worker needs as much. A GPU has memory of its own.
  if (!gpu || gpu.software) {
    limits.push([(used + availableBytes) / workers, `the machine has ${memorySize(availableBytes)} left${shared}`]);
  }
  const [limitBytes, limitedBy] = limits.reduce((least, limit) => (limit[0] < least[0] ? limit : least));
  return { limitBytes, limitedBy };
}

function unpredicted<M extends Module, B>(
  { shape }: Task<M, B>,
  microBatchSize: number | null,
  recompute: boolean,
  workers: number,
): MemoryPlan {
  if (!shape && microBatchSize !== null) {
    throw new Error('planMemory: microBatchSize wants a task that says the shape of its batches');
  }
  const whole = Math.ceil((shape?.sequences ?? 1) / workers);
  const microBatches = Math.ceil(whole / (microBatchSize ?? whole));
  return { microBatches, recompute, microBatchSize: Math.ceil(whole / microBatches), predicted: null };
}

function check(name: string, value: number | null): void {
  if (value !== null && !(Number.isInteger(value) && value >= 1)) {
    throw new Error(`planMemory: ${name} is ${value}; want an integer of at least 1`);
  }
}
