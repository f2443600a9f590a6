// The memory of a run, settled before its folder is touched: how its steps are made, and whether they fit at all.
import { describeBackend, heapUse, resetHeapPeak } from '@orchid-ml/backends';
import { type Model, parameterCount } from '@orchid-ml/orchid-models';
import type { AdamW } from '@orchid-ml/trainers';
import { type MemoryPlan, memorySize, planMemory, StepTooLargeError, type Task } from '@orchid-ml/trainers';
import * as tf from '@tensorflow/tfjs-core';
import type { RunConfig } from '../config/schema.ts';
import { Failure } from '../errors.ts';
import type { MemoryInUse } from './folder.ts';
import { mixerOf } from './model-in-words.ts';
import { type Workers, workersFor } from './workers.ts';

/** How the steps of a run are made. */
export interface StepPlan {
  /** threads, this one included */
  readonly workers: number;
  readonly memory: MemoryPlan;
}

/**
 * Decides on workers, micro-batches and recomputation.
 *
 * @param engine its name
 * @throws Failure when no step that the configuration allows fits the memory, naming the keys that would help; UsageError
 *   for more workers than sequences, or several on a GPU
 */
export function planSteps<B>(
  config: RunConfig,
  parts: { model: Model; task: Task<Model, B>; optimizer: AdamW; startStep: number },
  asked: Workers,
  engine: string,
): StepPlan {
  const { model, task, optimizer, startStep } = parts;
  const { training } = config;
  const workers = workersFor(asked, {
    sequences: training.batch_size,
    tokens: task.tokensPerBatch,
    steps: training.steps - startStep,
    parameters: parameterCount(model),
    engine,
  });
  try {
    const memory = planMemory(model, task, optimizer, {
      workers,
      microBatchSize: training.micro_batch_size,
      recompute: training.recompute,
      isQuadratic: mixerOf(model) === 'attention' || mixerOf(model) === 'routing',
      capBytes: training.memory_gb === null ? null : training.memory_gb * 2 ** 30,
      availableBytes: process.availableMemory(),
    });
    // The report at the end is of the run, not of its planning.
    resetHeapPeak();
    return { workers, memory };
  } catch (error) {
    if (!(error instanceof StepTooLargeError)) throw error;
    throw new Failure(`${error.message}${whatToSet(error, config)}`, { cause: error });
  }
}

function whatToSet({ details: { fits, length } }: StepTooLargeError, { training }: RunConfig): string {
  if (!fits) return '';
  const keys = fits.length < length ? [`data.length=${fits.length}`] : [];
  if (training.micro_batch_size !== null) keys.push(`training.micro_batch_size=${fits.microBatchSize}`);
  if (fits.recompute ? training.recompute === 'never' : training.recompute === 'always')
    keys.push('training.recompute=auto');
  return ` Set ${keys.map((key) => `--set ${key}`).join(' ')}.`;
}

/** Into how many pieces one thread cuts a whole batch, so that it computes as many sequences at once as in a step. */
export function piecesOf({ workers, memory }: StepPlan): number {
  return workers * memory.microBatches;
}

/** The plan's line in the banner. */
export function sayPlan({ workers, memory }: StepPlan, sequences: number): string {
  const { predicted, recompute, microBatches, microBatchSize } = memory;
  const share = Math.ceil(sequences / workers);
  const batches = microBatches === 1 ? `${share} sequences at once` : `micro-batches of ${microBatchSize}`;
  const way = `recompute ${recompute ? 'on' : 'off'}, ${batches}`;
  if (!predicted) return `not predicted: this engine's memory cannot be measured${sayDevice()}; ${way}`;
  const { stepBytes, usedBytes, limitBytes, limitedBy } = predicted;
  const each = workers > 1 ? ' for each worker' : '';
  const limit = Number.isFinite(limitBytes) ? ` of ${memorySize(limitBytes)}${each}` : '';
  return `predicted ${memorySize(usedBytes + stepBytes)}${limit} (${limitedBy}); ${way}`;
}

/** What a GPU says of its memory: how large one tensor may be, and nothing about all of them together. */
function sayDevice(): string {
  const { gpu } = describeBackend();
  if (!gpu) return '';
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.limits;
  return `, a tensor takes at most ${memorySize(Math.min(maxBufferSize, maxStorageBufferBindingSize))}`;
}

/** What was really in use, for the summary; null where it cannot be measured. */
export function sayPeak({ workers, memory }: StepPlan): string | null {
  const use = heapUse();
  if (!use) return null;
  const predicted = memory.predicted
    ? `, ${memorySize(memory.predicted.usedBytes + memory.predicted.stepBytes)} predicted`
    : '';
  return `${memorySize(use.peak)} at most${workers > 1 ? ' on this thread' : ''}${predicted}`;
}

/** What the tensors of the webgpu engine take on the device; null on others. */
function deviceBytes(): number | null {
  const memory = tf.memory() as tf.MemoryInfo & { readonly numBytesInGPU?: number };
  return memory.numBytesInGPU ?? null;
}

/** What is in use now. */
export function memoryInUse(): MemoryInUse {
  const onDevice = deviceBytes();
  return {
    tensors: tf.memory().numTensors,
    heapBytes: onDevice === null ? (heapUse()?.used ?? null) : null,
    deviceBytes: onDevice,
    residentBytes: process.memoryUsage.rss(),
  };
}
