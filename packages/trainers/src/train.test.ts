// The loop: it learns, repeats itself, leaks nothing, goes on exactly where it was, and stops cleanly or loudly.
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../test/memory-store.ts';
import { CircleTask, type Points, TinyModel } from '../test/tiny.ts';
import { AdamW, createSchedule, type StepEvent, TrainingDivergedError, type TrainOptions, train } from './index.ts';

async function run(changed: Partial<TrainOptions<TinyModel, Points>> = {}) {
  const model = new TinyModel();
  const task = new CircleTask();
  const optimizer = new AdamW(model, { learningRate: 0.02, weightDecay: 0.01 });
  const events: StepEvent[] = [];
  const callbacks = { ...changed.callbacks };
  const result = await train({
    model,
    task,
    optimizer,
    schedule: createSchedule({ kind: 'cosine', warmupSteps: 5, totalSteps: 60 }),
    steps: 10,
    ...changed,
    callbacks: {
      ...callbacks,
      onStep(event) {
        events.push(event);
        return callbacks.onStep?.(event);
      },
    },
  });
  return { result, events, losses: events.map(({ loss }) => loss), model, optimizer, task };
}

const free = (...things: { dispose(): void }[]) => {
  for (const thing of things) thing.dispose();
};

describe.each(['cpu', 'wasm'] as const)('train on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('learns a toy task', async () => {
    const schedule = createSchedule({ kind: 'cosine', warmupSteps: 20, totalSteps: 300 });
    const model = new TinyModel();
    const optimizer = new AdamW(model, { learningRate: 0.1, weightDecay: 0 });
    const { result, events } = await run({ model, optimizer, steps: 300, schedule, evaluateEvery: 100 });
    expect(result.reason).toBe('done');
    expect(result.scores!.accuracy).toBeGreaterThan(0.95);
    expect(result.means.loss).toBeLessThan(events[0]!.loss / 3);
    free(model, optimizer);
  });

  it('is the same run twice, to the last bit', async () => {
    const one = await run();
    const two = await run();
    expect(one.losses).toHaveLength(10);
    expect(two.losses).toEqual(one.losses);
    expect(two.events.map(({ gradientNorm }) => gradientNorm)).toEqual(one.events.map((event) => event.gradientNorm));
    free(one.model, one.optimizer, two.model, two.optimizer);
  });

  it('leaves no tensor behind: not a step, an evaluation nor a checkpoint', async () => {
    const counts: number[] = [];
    const before = tf.memory().numTensors;
    const { model, optimizer } = await run({
      steps: 6,
      evaluateEvery: 2,
      checkpointEvery: 2,
      checkpoints: new MemoryStore(),
      callbacks: { onStep: () => counts.push(tf.memory().numTensors) && undefined },
    });
    expect(new Set(counts).size).toBe(1);
    free(model, optimizer);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes on exactly: 10 steps are 5, a checkpoint and 5', async () => {
    const whole = await run();
    const checkpoints = new MemoryStore();
    const first = await run({ steps: 10, checkpointEvery: 5, checkpoints });
    const at5 = checkpoints.saved[0]!;
    expect(at5.state.step).toBe(5);
    const model = new TinyModel(1);
    for (const [name, { variable }] of model.namedParameters()) {
      tf.tidy(() => variable.assign(tf.tensor(at5.weights.get(name)!, variable.shape)));
    }
    const task = new CircleTask(1);
    task.state = at5.state.task.state;
    const optimizer = new AdamW(model, { learningRate: 0.02, weightDecay: 0.01 });
    optimizer.loadState(at5.optimizer);
    const second = await run({ model, task, optimizer, startStep: 5 });
    expect(second.losses).toHaveLength(5);
    expect([...first.losses.slice(0, 5), ...second.losses]).toEqual(whole.losses);
    expect(second.events[0]!.step).toBe(6);
    free(whole.model, whole.optimizer, first.model, first.optimizer, model, optimizer);
  });

  it('does not update with a loss or gradient that is not finite, and says where it stopped', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const before = tf.memory().numTensors;
      const model = new TinyModel();
      const optimizer = new AdamW(model, { learningRate: 0.02 });
      const task = new CircleTask();
      task.poison = (batch, { points }) => {
        if (batch === 7) points[3] = bad;
      };
      const checkpoints = new MemoryStore();
      const kept: Float32Array[] = [];
      const onStep = async ({ step }: StepEvent) => {
        if (step === 7) kept.push(Float32Array.from(await model.w1.value.data()));
      };
      const failed = run({ model, optimizer, task, checkpoints, checkpointEvery: 3, callbacks: { onStep } });
      const error = await failed.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TrainingDivergedError);
      const { step, lastCheckpoint, message } = error as TrainingDivergedError;
      expect([step, lastCheckpoint]).toEqual([8, 'memory 6']);
      expect(message).toMatch(/^training diverged at step 8: the (loss is|gradient's norm is) (NaN|Infinity)/);
      expect(message).toContain('the last good checkpoint is memory 6');
      expect(await model.w1.value.data()).toEqual(kept[0]);
      expect(optimizer.steps).toBe(7);
      expect(checkpoints.saved.map(({ state }) => state.step)).toEqual([3, 6]);
      free(model, optimizer);
      // `run` made a model and an optimiser of its own that the failure kept from us.
      expect(tf.memory().numTensors).toBe(before + 4 + 4);
    }
  });
});

describe('train', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('reports what happens, in order', async () => {
    const log: string[] = [];
    const checkpoints = new MemoryStore();
    const { result, events, model, optimizer } = await run({
      steps: 7,
      evaluateEvery: 3,
      checkpointEvery: 2,
      checkpoints,
      seed: 11,
      callbacks: {
        onStep: ({ step }) => void log.push(`step ${step}`),
        onEvaluate: ({ step }) => void log.push(`evaluate ${step}`),
        onCheckpoint: ({ path }) => void log.push(path),
        onEnd: ({ reason }) => void log.push(reason),
      },
    });
    expect(log.join(', ')).toBe(
      'step 1, step 2, memory 2, step 3, evaluate 3, step 4, memory 4, step 5, step 6, evaluate 6, memory 6, ' +
        'step 7, evaluate 7, memory 7, done',
    );
    expect(checkpoints.prepared).toBe(1);
    expect(result.lastCheckpoint).toBe('memory 7');
    expect(events[0]!.learningRate).toBeCloseTo(0.02 / 5, 12);
    const { means, metrics, loss, tokensPerSecond, etaSeconds } = events[6]!;
    expect(means.loss).toBeCloseTo(events.reduce((sum, event) => sum + event.loss, 0) / 7, 10);
    expect(Object.keys({ loss, ...metrics })).toEqual(Object.keys(means));
    expect(tokensPerSecond).toBeGreaterThan(0);
    expect(etaSeconds).toBe(0);
    expect(checkpoints.saved[3]!.state).toMatchObject({
      version: 1,
      step: 7,
      steps: 7,
      seed: 11,
      clipNorm: 1,
      schedule: { kind: 'cosine', warmupSteps: 5, totalSteps: 60, finalFraction: 0 },
      optimizer: { type: 'adamw', learningRate: 0.02 },
      task: { name: 'circle', settings: { batchSize: 64 } },
    });
    free(model, optimizer);
  });

  it('stops after the current step when aborted, also by a timer, and saves', async () => {
    const abort = new AbortController();
    const checkpoints = new MemoryStore();
    setTimeout(() => abort.abort(), 30);
    const { result, events, model, optimizer } = await run({ steps: 1_000_000, checkpoints, signal: abort.signal });
    expect(result.reason).toBe('aborted');
    expect(result.step).toBe(events.length);
    expect(checkpoints.saved.map(({ state }) => state.step)).toEqual([result.step]);
    free(model, optimizer);
  });

  it('stops during an evaluation when aborted', async () => {
    const abort = new AbortController();
    const checkpoints = new MemoryStore();
    const task = new CircleTask();
    task.evaluate = async (_model, signal) => {
      abort.abort();
      signal?.throwIfAborted();
      throw new Error('not reached');
    };
    const options = { task, steps: 9, evaluateEvery: 4, checkpoints, signal: abort.signal };
    const { result, model, optimizer } = await run(options);
    expect([result.reason, result.step, result.lastCheckpoint]).toEqual(['aborted', 4, 'memory 4']);
    free(model, optimizer);
  });

  it('does not pass off scores from before for those of an evaluation that was cut at the end', async () => {
    const abort = new AbortController();
    const checkpoints = new MemoryStore();
    const task = new CircleTask();
    let evaluations = 0;
    task.evaluate = async (_model, signal) => {
      if (++evaluations === 2) abort.abort();
      signal?.throwIfAborted();
      return { loss: evaluations, accuracy: 0.5 };
    };
    const options = { task, steps: 8, evaluateEvery: 4, checkpoints, signal: abort.signal };
    const { result, model, optimizer } = await run(options);
    expect([result.reason, result.step, result.lastCheckpoint]).toEqual(['aborted', 8, 'memory 8']);
    free(model, optimizer);
  });

  it('stops when a callback says so', async () => {
    const checkpoints = new MemoryStore();
    const { result, model, optimizer } = await run({
      steps: 50,
      evaluateEvery: 2,
      checkpoints,
      callbacks: { onEvaluate: async ({ step }) => (step >= 4 ? 'stop' : undefined) },
    });
    expect([result.reason, result.step, result.lastCheckpoint]).toEqual(['stopped', 4, 'memory 4']);
    free(model, optimizer);
  });

  it('finds out that checkpoints cannot be saved before the first step', async () => {
    const checkpoints = new MemoryStore();
    checkpoints.prepare = async () => {
      throw new Error('no room');
    };
    const task = new CircleTask();
    await expect(run({ task, checkpoints })).rejects.toThrow('no room');
    expect(task.batches).toBe(0);
  });

  it('clips the gradient to the norm asked for', async () => {
    // After one step with a gradient scaled down to almost nothing, ε outweighs it and the weights hardly move.
    const moved = async (clipNorm: number | null) => {
      const model = new TinyModel();
      const start = Float32Array.from(await model.w1.value.data());
      const optimizer = new AdamW(model, { learningRate: 0.02, weightDecay: 0, epsilon: 1e-3 });
      const own = await run({ model, optimizer, steps: 1, clipNorm });
      const end = await model.w1.value.data();
      free(model, optimizer);
      expect(own.events[0]!.gradientNorm).toBeGreaterThan(0.01);
      return Math.max(...end.map((value, i) => Math.abs(value - start[i]!)));
    };
    expect(await moved(1e-9)).toBeLessThan(1e-6);
    expect(await moved(null)).toBeGreaterThan(1e-3);
  });

  it.each([
    [{ steps: 0 }, 'train: steps is 0; want an integer of at least 1'],
    [{ evaluateEvery: 0.5 }, 'train: evaluateEvery is 0.5'],
    [{ clipNorm: 0 }, 'train: clipNorm is 0; want a number above 0, or null'],
    [{ startStep: -1 }, 'train: startStep is -1'],
    [{ readEvery: 0 }, 'train: readEvery is 0; want an integer of at least 1'],
    [{ checkpointEvery: 5 }, 'train: checkpointEvery is set, but there is no store'],
  ])('refuses %o', async (changed, message) => {
    await expect(run(changed)).rejects.toThrow(message);
  });

  it('says which metric a task forgot', async () => {
    const task = new CircleTask();
    Object.assign(task, { metrics: ['accuracy', 'recall'] });
    await expect(run({ task })).rejects.toThrow("task circle: loss() gives no metric 'recall'");
  });
});
