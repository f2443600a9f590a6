// Steps that the host records ahead of the device: the same numbers and the same ends as steps that are read one by one.
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../backends/src/testing/webgpu.ts';
import { start } from '../../test/engines.ts';
import { MemoryStore } from '../../test/memory-store.ts';
import { CircleTask, type Points, TinyModel } from '../../test/tiny.ts';
import { AdamW, createSchedule, type StepEvent, TrainingDivergedError, type TrainOptions, train } from '../index.ts';

/** On the first two the numbers are those of single steps to the last bit: the gate computes as the host would. */
const engines = ['cpu', 'wasm', 'composed', ...((await hasWebGpu()) ? (['webgpu'] as const) : [])] as const;
const exact: readonly string[] = ['cpu', 'wasm'];

function parts() {
  const model = new TinyModel();
  return { model, task: new CircleTask(), optimizer: new AdamW(model, { learningRate: 0.02, weightDecay: 0.01 }) };
}

async function run(options: Partial<TrainOptions<TinyModel, Points>> & ReturnType<typeof parts>) {
  const events: StepEvent[] = [];
  const { callbacks = {} } = options;
  const result = await train({
    schedule: createSchedule({ kind: 'cosine', warmupSteps: 5, totalSteps: 60 }),
    steps: 23,
    readEvery: 10,
    // Small enough that some gradients are clipped and some are not.
    clipNorm: 0.3,
    ...options,
    callbacks: {
      ...callbacks,
      onStep(event) {
        events.push(event);
        return callbacks.onStep?.(event);
      },
    },
  });
  return { result, events, losses: events.map(({ loss }) => loss) };
}

const weights = async ({ w1, w2 }: TinyModel) => [...(await w1.value.data()), ...(await w2.value.data())];
const free = ({ model, optimizer }: ReturnType<typeof parts>) => {
  optimizer.dispose();
  model.dispose();
};

describe.each(engines)('deferred steps on %s', (engine) => {
  beforeAll(async () => {
    if (engine === 'webgpu') await useBackend(engine);
    else await start(engine);
  });

  function expectSame(got: readonly number[], want: readonly number[], what: string): void {
    if (exact.includes(engine)) expect(got, what).toEqual(want);
    else for (const [i, value] of want.entries()) expect(got[i], `${what} ${i}`).toBeCloseTo(value, 4);
    expect(got).toHaveLength(want.length);
  }

  it('are the steps that are read one by one', async () => {
    const [together, single] = [parts(), parts()];
    const log: string[] = [];
    const checkpoints = new MemoryStore();
    const callbacks = {
      onStep: ({ step }: StepEvent) => void (step % 5 === 0 && log.push(`step ${step}`)),
      onEvaluate: ({ step }: { step: number }) => void log.push(`evaluate ${step}`),
      onCheckpoint: ({ path }: { path: string }) => void log.push(path),
    };
    const options = { evaluateEvery: 14, checkpointEvery: 9 };
    const one = await run({ ...together, ...options, checkpoints, callbacks });
    const two = await run({ ...single, ...options, checkpoints: new MemoryStore(), readEvery: 1 });
    expectSame(one.losses, two.losses, 'losses');
    const norms = ({ events }: typeof one) => events.map(({ gradientNorm }) => gradientNorm);
    expectSame(norms(one), norms(two), 'norms');
    expect(norms(two).some((norm) => norm < 0.3) && norms(two).some((norm) => norm > 0.3)).toBe(true);
    expectSame(await weights(together.model), await weights(single.model), 'weights');
    expect(one.events.map(({ learningRate }) => learningRate)).toEqual(
      two.events.map(({ learningRate }) => learningRate),
    );
    expect(log.join(', ')).toBe(
      'step 5, memory 9, step 10, evaluate 14, step 15, memory 18, step 20, evaluate 23, memory 23',
    );
    expect(one.result.reason).toBe('done');
    free(together);
    free(single);
  });

  it('leave no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const made = parts();
    await run({ ...made, steps: 7, readEvery: 3, evaluateEvery: 4 });
    free(made);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('go on exactly: 20 steps are 8, a checkpoint and 12', async () => {
    const [whole, first, second] = [parts(), parts(), parts()];
    const want = await run({ ...whole, steps: 20, readEvery: 7 });
    const checkpoints = new MemoryStore();
    await run({ ...first, steps: 20, checkpointEvery: 8, checkpoints });
    const at8 = checkpoints.saved[0]!;
    for (const [name, { variable }] of second.model.namedParameters())
      tf.tidy(() => variable.assign(tf.tensor(at8.weights.get(name)!, variable.shape)));
    second.task.state = at8.state.task.state;
    second.optimizer.loadState(at8.optimizer);
    const rest = await run({ ...second, steps: 20, startStep: at8.state.step });
    expect(rest.losses).toEqual(want.losses.slice(8));
    // The first was read from the device in between, and updated in place after that.
    for (const made of [first, second]) expect(await weights(made.model)).toEqual(await weights(whole.model));
    for (const made of [whole, first, second]) free(made);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('end at a batch with %s, all as that step found it', async (bad) => {
    const before = tf.memory().numTensors;
    const [broken, good] = [parts(), parts()];
    await run({ ...good, steps: 12 });
    broken.task.poison = (batch, { points }) => {
      if (batch === 12) points[3] = bad;
    };
    const checkpoints = new MemoryStore();
    const told: number[] = [];
    const callbacks = { onStep: ({ step }: StepEvent) => void told.push(step) };
    const options = { ...broken, steps: 60, checkpoints, checkpointEvery: 5, readEvery: 4, callbacks };
    const error = await run(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TrainingDivergedError);
    expect((error as TrainingDivergedError).message).toMatch(
      /^training diverged at step 13: the (loss is|gradient's norm is) (NaN|Infinity), and the parameters were not updated; the last good checkpoint is memory 10/,
    );
    expect(told).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    // More batches than that were computed, to no effect.
    expect(broken.optimizer.steps).toBe(12);
    expect(await weights(broken.model)).toEqual(await weights(good.model));
    expect([...(await broken.optimizer.state()).get('exp_avg.first.weight')!.data]).toEqual([
      ...(await good.optimizer.state()).get('exp_avg.first.weight')!.data,
    ]);
    free(broken);
    free(good);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are told and saved when a callback or a signal ends the run', async () => {
    const abort = new AbortController();
    for (const callbacks of [
      { onStep: ({ step }: StepEvent) => (step === 3 ? 'stop' : undefined) },
      { onStep: ({ step }: StepEvent) => void (step === 3 && abort.abort()) },
    ]) {
      const made = parts();
      const checkpoints = new MemoryStore();
      const { result, events } = await run({ ...made, steps: 50, checkpoints, callbacks, signal: abort.signal });
      expect(result.reason).toBe(abort.signal.aborted ? 'aborted' : 'stopped');
      expect(events.map(({ step }) => step)).toEqual(Array.from({ length: result.step }, (_, i) => i + 1));
      expect(checkpoints.saved.map(({ state }) => state.step)).toEqual([result.step]);
      expect(made.optimizer.steps).toBe(result.step);
      free(made);
    }
  });
});

describe('readEvery', () => {
  it('is not for an optimizer that cannot take updates back', async () => {
    await useBackend('cpu');
    const made = parts();
    const optimizer = Object.assign(Object.create(made.optimizer), { withdraw: undefined });
    await expect(run({ ...made, optimizer })).rejects.toThrow(
      'train: readEvery is 10; want 1, since the optimizer has no `withdraw`',
    );
    free(made);
  });
});
