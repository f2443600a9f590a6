// Predictions against what steps really take, plans against limits, and what happens when memory is refused all the same.
import { bytesToUpload, heapUse, limitDeviceMemory, resetHeapPeak, useBackend } from '@orchid-ml/backends';
import { allocate, release, type WasmBackend } from '@orchid-ml/backends/wasm-host';
import { MlmDataset } from '@orchid-ml/datasets';
import { createModel, type SequenceModel } from '@orchid-ml/orchid-models';
import { CharTokenizer } from '@orchid-ml/tokenizers';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { lowerLimits } from '../../../backends/src/testing/limits.ts';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { CircleTask, TinyModel } from '../../test/tiny.ts';
import {
  AdamW,
  type CheckpointStore,
  mlmTask,
  planMemory,
  recallTask,
  StepMemory,
  StepTooLargeError,
  type Task,
  train,
  trainingStep,
} from '../index.ts';

const megabyte = 2 ** 20;
const text = 'the quick brown fox jumps over the lazy dog. '.repeat(60);
const tokenizer = CharTokenizer.fromText(text);

const made: { dispose(): void }[] = [];
afterEach(() => {
  for (const one of made.splice(0)) one.dispose();
});

/** A real task of either kind, with its model. */
function parts(kind: 'recall' | 'mlm', way: 'dft' | 'dct' | 'attention', batchSize: number, length: number) {
  const mixing = way === 'attention' ? ({ mixer: way } as const) : ({ transform: way } as const);
  const shape = { hidden_size: 32, num_hidden_layers: 2, max_position_embeddings: length, ...mixing };
  const model =
    kind === 'recall'
      ? createModel({ ...shape, model_type: 'orchid-recall', vocab_size: 20 }, { seed: 1 })
      : createModel({ ...shape, model_type: 'orchid-masked-lm', vocab_size: tokenizer.vocabSize }, { seed: 1 });
  const ids = tokenizer.encode(text);
  const task =
    kind === 'recall'
      ? recallTask({ length, vocabSize: 20, batchSize, seed: 0 })
      : mlmTask({ dataset: new MlmDataset({ ids, tokenizer, length, batchSize, seed: 3, heldOutFraction: 0.3 }) });
  const optimizer = new AdamW(model);
  made.push(model, optimizer);
  return { model, task: task as Task<SequenceModel, unknown>, optimizer };
}

function heads(model: SequenceModel): number {
  return (model.config as { num_attention_heads: number }).num_attention_heads;
}

/** What a step has in use at most beyond what was before it; of the second one, when tables are made. */
async function measured({ model, task, optimizer }: ReturnType<typeof parts>, recompute: boolean): Promise<number> {
  let bytes = 0;
  for (let i = 0; i < 2; i++) {
    const before = heapUse()!.used;
    resetHeapPeak();
    await trainingStep(model, task, optimizer, task.nextBatch(), { factor: 1, clipNorm: 1, recompute });
    bytes = heapUse()!.peak - before;
    const more = heapUse()!.used - before;
    if (tf.getBackend() === 'wasm') expect(more).toBeLessThan(i === 0 ? megabyte : 1);
    // On webgpu the first one brings the weights and the moments; numbers of dispatches wait for the next submission.
    else if (i === 1) expect(more).toBeLessThan(8192);
  }
  return bytes;
}

const engines: readonly ('wasm' | 'webgpu')[] = ['wasm', ...((await hasWebGpu()) ? (['webgpu'] as const) : [])];

describe('prediction on wasm', () => {
  beforeAll(async () => void (await useBackend('wasm')));

  it.each(['recall', 'mlm'] as const)('%s: within 15 % of what a step takes', async (kind) => {
    for (const way of ['dft', 'dct', 'attention'] as const) {
      for (const [batch, length] of [
        [12, 64],
        [1, 768],
        [3, 250],
      ] as const) {
        const run = parts(kind, way, batch, length);
        const memory = new StepMemory(run.model, run.task, run.optimizer, way === 'attention');
        for (const recompute of [false, true]) {
          const predicted = memory.bytes({ sequences: batch, length, recompute })!;
          const actual = await measured(run, recompute);
          const what = `${way}, ${batch} x ${length}, recompute ${recompute}`;
          expect(predicted / actual, what).toBeGreaterThan(0.85);
          expect(predicted / actual, what).toBeLessThan(1.15);
        }
      }
    }
  });
});

describe.runIf(engines.includes('webgpu'))('prediction on webgpu', { timeout: 300_000 }, () => {
  beforeAll(async () => void (await useBackend('webgpu')));

  // What differs are the numbers of the dispatches, which lie on the device for a moment each.
  it.each([
    ['recall', 'dft', 12, 64],
    ['recall', 'dct', 3, 250],
    ['recall', 'dft', 1, 4608],
    ['mlm', 'dft', 3, 250],
    ['mlm', 'attention', 12, 64],
  ] as const)('%s, %s, %i x %i: within 3 percent of what a step takes', async (kind, way, batch, length) => {
    const run = parts(kind, way, batch, length);
    // Weights and moments are on the host until they are used.
    await measured(run, false);
    const memory = new StepMemory(run.model, run.task, run.optimizer);
    for (const recompute of [false, true]) {
      const predicted = memory.bytes({ sequences: batch, length, recompute })!;
      const actual = await measured(run, recompute);
      expect(predicted / actual, `recompute ${recompute}`).toBeGreaterThan(0.97);
      expect(predicted / actual, `recompute ${recompute}`).toBeLessThan(1.03);
    }
  });

  it('of the first step counts the weights, and of the run the moments', async () => {
    const run = parts('recall', 'dct', 4, 64);
    const { predicted } = planMemory(run.model, run.task, run.optimizer);
    const { used } = heapUse()!;
    resetHeapPeak();
    await measured(run, false);
    expect((predicted!.usedBytes + predicted!.stepBytes) / heapUse()!.peak).toBeGreaterThan(0.97);
    expect((predicted!.usedBytes + predicted!.stepBytes) / heapUse()!.peak).toBeLessThan(1.03);
    expect(heapUse()!.used).toBeGreaterThan(used);
  });
});

describe.each(engines)('a prediction on %s', (engine) => {
  beforeAll(async () => void (await useBackend(engine)));

  it('changes neither weights nor optimizer nor the order of the batches', async () => {
    const losses = async (predict: boolean) => {
      const { model, task, optimizer } = parts('recall', 'dct', 4, 32);
      const before = tf.memory().numTensors;
      if (predict) planMemory(model, task, optimizer);
      expect(tf.memory().numTensors).toBe(before);
      expect(optimizer.steps).toBe(0);
      const losses: number[] = [];
      await train({ model, task, optimizer, steps: 3, callbacks: { onStep: ({ loss }) => losses.push(loss) } });
      return losses;
    };
    expect(await losses(true)).toEqual(await losses(false));
  });
});

describe.each(engines)('planMemory on %s', { timeout: 120_000 }, (engine) => {
  beforeAll(async () => void (await useBackend(engine)));

  /** The plan when the step may have so much, beyond what is in use. */
  function within(run: ReturnType<typeof parts>, bytes: number, options: Parameters<typeof planMemory>[3] = {}) {
    // A first plan makes the tables of the transforms, which stay.
    planMemory(run.model, run.task, run.optimizer);
    return planMemory(run.model, run.task, run.optimizer, {
      ...options,
      capBytes: (heapUse()!.used + bytesToUpload(run.optimizer.tensors) + bytes) / 0.95,
    });
  }

  it('takes the cheapest way that fits: as is, micro-batches, recomputation, both', () => {
    const run = parts('recall', 'dct', 8, 128);
    const memory = new StepMemory(run.model, run.task, run.optimizer);
    const bytes = (sequences: number, recompute: boolean) =>
      memory.bytes({ sequences, length: 128, recompute, parts: 8 / sequences })! + 8;
    const way = (bytes: number) => {
      const { microBatches, microBatchSize, recompute } = within(run, bytes);
      return [microBatches, microBatchSize, recompute];
    };
    expect(way(bytes(8, false))).toEqual([1, 8, false]);
    expect(way(bytes(8, false) - 100)).toEqual([2, 4, false]);
    expect(way(bytes(1, false))).toEqual([8, 1, false]);
    const room = bytes(1, false) - 100;
    const largest = [8, 4, 2, 1].find((sequences) => bytes(sequences, true) <= room)!;
    expect(largest).toBeLessThan(8);
    expect(way(room)).toEqual([8 / largest, largest, true]);
    const always = within(run, bytes(8, true), { recompute: 'always' });
    expect([always.microBatches, always.recompute]).toEqual([1, true]);
    expect(always.predicted!.stepBytes).toBeLessThanOrEqual(bytes(8, true));
  });

  it('refuses what cannot fit, and says what would', () => {
    const run = parts('recall', 'dct', 8, 512);
    const memory = new StepMemory(run.model, run.task, run.optimizer);
    const bytes = (sequences: number, recompute: boolean) =>
      memory.bytes({ sequences, length: 512, recompute, parts: 8 / sequences })! + 8;
    const refused = (room: number, options: Parameters<typeof planMemory>[3] = {}) => {
      try {
        within(run, room, options);
      } catch (error) {
        expect(error).toBeInstanceOf(StepTooLargeError);
        return error as StepTooLargeError;
      }
      return expect.fail('the plan was not refused');
    };
    const fixed = refused(bytes(4, false) - 100, { microBatchSize: 4, recompute: 'never' });
    expect(fixed.message).toMatch(
      /^a step does not fit the memory: micro-batches of 4 sequences of 512 tokens without recomputation takes [\d.]+ [GM]B, and of [\d.]+ [GM]B \(the limit asked for is [\d.]+ [GM]B\) [\d.]+ [GM]B is in use\. What would fit: micro-batches of 2 sequences of 512 tokens without recomputation\.$/,
    );
    const long = refused(bytes(1, true) - 100);
    expect(long.details.fits).toMatchObject({ microBatchSize: 1, recompute: true });
    // On webgpu lengths are rehearsed as they are, and those with large prime factors take more.
    expect(long.details.fits!.length).toBeGreaterThan(engine === 'wasm' ? 500 : 200);
    expect(long.details.fits!.length).toBeLessThan(512);
    expect(refused(-1000).message).toContain('No length would fit: the model itself is too large.');
    const machine = () => planMemory(run.model, run.task, run.optimizer, { availableBytes: 1000, workers: 2 });
    expect(machine).toThrow(/the machine has .* left, shared by 2 workers/);
  });

  it('shares a batch among workers, and the limit with them', () => {
    const run = parts('recall', 'dct', 8, 64);
    expect(planMemory(run.model, run.task, run.optimizer, { workers: 3 })).toMatchObject({
      microBatches: 1,
      microBatchSize: 3,
    });
    const plan = planMemory(run.model, run.task, run.optimizer, { workers: 2, capBytes: 2 ** 31 });
    expect(plan.predicted!.limitBytes).toBe(2 ** 30);
    expect(plan.predicted!.limitedBy).toBe('the limit asked for is 2 GB, shared by 2 workers');
  });

  it('promises nothing where it cannot measure, and says what is wrong', async () => {
    const model = new TinyModel();
    const optimizer = new AdamW(model);
    made.push(model, optimizer);
    const plan = planMemory(model, new CircleTask(), optimizer, { recompute: 'always' });
    expect(plan).toMatchObject({ predicted: null, microBatches: 1, recompute: true });
    expect(() => planMemory(model, new CircleTask(), optimizer, { microBatchSize: 2 })).toThrow('says the shape');
    expect(() => new StepMemory(model, new CircleTask(), optimizer)).toThrow('circle does not say the shape');
    const run = parts('recall', 'dct', 8, 32);
    for (const [options, message] of [
      [{ microBatchSize: 0 }, 'microBatchSize is 0; want an integer of at least 1'],
      [{ workers: 1.5 }, 'workers is 1.5; want an integer of at least 1'],
      [{ capBytes: Number.NaN }, 'capBytes is NaN; want a number above 0'],
    ] as const) {
      expect(() => planMemory(run.model, run.task, run.optimizer, options)).toThrow(message);
    }
    await useBackend('cpu');
    const blind = parts('recall', 'dct', 8, 32);
    expect(planMemory(blind.model, blind.task, blind.optimizer, { microBatchSize: 3 })).toEqual({
      microBatches: 3,
      microBatchSize: 3,
      recompute: false,
      predicted: null,
    });
    for (const one of made.splice(0)) one.dispose();
    await useBackend(engine);
  });
});

describe.runIf(engines.includes('webgpu'))('a plan on webgpu', { timeout: 300_000 }, () => {
  beforeAll(async () => void (await useBackend('webgpu')));
  let restore = (): void => {};
  afterEach(() => {
    restore();
    limitDeviceMemory(null);
  });

  it('is kept to: training within a limit has no more on the device than that', async () => {
    const run = parts('recall', 'dct', 8, 128);
    const whole = planMemory(run.model, run.task, run.optimizer).predicted!;
    const capBytes = whole.usedBytes + 0.7 * whole.stepBytes;
    const plan = planMemory(run.model, run.task, run.optimizer, { capBytes });
    expect(plan.microBatches).toBeGreaterThan(1);
    expect(plan.predicted!.limitBytes).toBe(capBytes);
    resetHeapPeak();
    const sizes: number[] = [];
    const onStep = (): void => void sizes.push(heapUse()!.size);
    await train({ ...run, steps: 4, memory: plan, readEvery: 1, callbacks: { onStep } });
    expect(heapUse()!.peak).toBeLessThanOrEqual(capBytes);
    expect(heapUse()!.peak / (plan.predicted!.usedBytes + plan.predicted!.stepBytes)).toBeLessThan(1.03);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(capBytes);
  });

  it('takes micro-batches whose tensors the device binds, and refuses what no way of making a step binds', () => {
    const run = parts('mlm', 'attention', 4, 256);
    const free = planMemory(run.model, run.task, run.optimizer);
    expect(free).toMatchObject({ microBatches: 1, recompute: false });
    expect(free.predicted!.limitBytes).toBeGreaterThan(free.predicted!.stepBytes);
    // The scores of attention, heads · 256 · 256 values for each sequence, by an op of TensorFlow.js's.
    const ofOne = 4 * heads(run.model) * 256 ** 2;
    restore = lowerLimits({ maxStorageBufferBindingSize: 2 * ofOne });
    expect(planMemory(run.model, run.task, run.optimizer)).toMatchObject({ microBatches: 2, microBatchSize: 2 });
    restore();
    restore = lowerLimits({ maxStorageBufferBindingSize: ofOne / 2 });
    try {
      planMemory(run.model, run.task, run.optimizer);
      expect.fail('the plan was not refused');
    } catch (error) {
      expect(error).toBeInstanceOf(StepTooLargeError);
      expect((error as Error).message).toMatch(
        /^a step does not fit the device: for one sequence of 256 tokens with recomputation, \w+ wants .* of .*MB, and the device binds at most .*MB\. What would fit: one sequence of \d+ tokens with recomputation\.$/,
      );
      const { tensor, fits } = (error as StepTooLargeError).details;
      expect(tensor!.bytes).toBeGreaterThan(ofOne / 2);
      expect(fits!.length).toBeGreaterThanOrEqual(128);
      expect(fits!.length).toBeLessThan(256);
    }
  });
});

describe('memory refused in the middle of training', () => {
  beforeAll(async () => void (await useBackend('wasm')));

  it('is a clear error; weights, optimizer and checkpoint are as after the last step, and training goes on from there', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const run = parts('recall', 'dct', 8, 128);
    const { model, task, optimizer } = run;
    const engine = tf.backend() as unknown as WasmBackend;
    const weights = async () =>
      Promise.all(
        [...model.namedParameters().values()].map(async ({ value }) => Float32Array.from(await value.data())),
      );
    const needed = await measured(run, false);
    let saves = 0;
    const store: CheckpointStore<SequenceModel> = {
      last: undefined,
      prepare: async () => {},
      save: async () => `memory ${++saves}`,
    };
    const blocks: number[] = [];
    let good: unknown;
    const steps = optimizer.steps;
    const state = async () => [await weights(), await optimizer.state()];
    const training = train({
      model,
      task,
      optimizer,
      steps: 5,
      checkpoints: store,
      checkpointEvery: 2,
      callbacks: {
        async onStep({ step }) {
          if (step !== 3) return;
          good = await state();
          // What is left of the heap is half a step's.
          const hole = allocate(engine, needed / 2, 'the hole');
          for (let size = 2 ** 30; size >= 1024; ) {
            try {
              blocks.push(allocate(engine, size, 'the filling'));
            } catch {
              size /= 2;
            }
          }
          release(engine, hole);
        },
      },
    });
    await expect(training).rejects.toThrow(/the wasm heap has no room for .* MB more/);
    const tensors = tf.memory().numTensors;
    for (const block of blocks) release(engine, block);
    expect(optimizer.steps).toBe(steps + 3);
    expect(await state()).toEqual(good);
    expect(saves).toBe(1);
    const { reason } = await train({ model, task, optimizer, steps: 5, startStep: 3 });
    expect(reason).toBe('done');
    expect(optimizer.steps).toBe(steps + 5);
    expect(tf.memory().numTensors).toBe(tensors);
    vi.restoreAllMocks();
  });
});
