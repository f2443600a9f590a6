// Training on several threads: the numbers of one, the same bits on each, and a clean end whatever happens to one of them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@orchid-ml/backends';
import { stateDict } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { makeTiny, SPIED, type TinySetup } from '../../test/tiny-setup.ts';
import { type StepEvent, TrainingDivergedError, type TrainOptions, train, WorkerError } from '../index.ts';
import { SharedSum } from '../parallel/shared-sum.ts';
import { startReplicas } from './index.ts';

const entry = new URL('../../test/replica.mjs', import.meta.url);

function setupOf(workers: number, changed: Partial<TinySetup> = {}): TinySetup {
  return {
    backend: 'wasm',
    task: 'recall',
    batchSize: 6,
    seed: 3,
    weights: new SharedArrayBuffer(4 * SPIED * workers),
    tensors: new SharedArrayBuffer(8 * workers),
    ...changed,
  };
}

type Options = Partial<Pick<TrainOptions<never, never>, 'steps' | 'startStep' | 'signal' | 'clipNorm' | 'callbacks'>>;

/** A run of some steps on so many workers; what this thread has is disposed of afterwards. */
async function run(
  workers: number,
  changed: Partial<TinySetup> = {},
  options: Options = {},
  prepare: (own: ReturnType<typeof makeTiny>) => void = () => {},
) {
  const setup = setupOf(workers, changed);
  const own = makeTiny(setup, 0);
  prepare(own);
  // The workers' weights are another seed's: they are to take over the leader's.
  const replicas = startReplicas({ workers, entry, config: { ...setup, seed: 99 } });
  const events: StepEvent[] = [];
  try {
    const { onStep } = options.callbacks ?? {};
    const callbacks = {
      onStep(event: StepEvent) {
        events.push(event);
        return onStep?.(event);
      },
    };
    const result = await train({ ...own, steps: 6, evaluateEvery: 3, ...options, replicas, callbacks });
    return {
      result,
      losses: events.map(({ loss }) => loss),
      norms: events.map(({ gradientNorm }) => gradientNorm),
      accuracies: events.map(({ metrics }) => metrics.accuracy!),
      weights: Array.from({ length: workers }, (_, rank) => Buffer.from(setup.weights, 4 * rank * SPIED, 4 * SPIED)),
      tensors: new Int32Array(setup.tensors),
      parameters: await stateDict(own.model),
      optimizer: await own.optimizer.state(),
      taskState: own.task.state,
    };
  } finally {
    await replicas.close();
    own.optimizer.dispose();
    own.model.dispose();
  }
}

const close = (a: readonly number[], b: readonly number[]) =>
  a.forEach((value, i) => void expect(Math.abs(value - b[i]!)).toBeLessThan(1e-5));

describe('the numbers of one worker, the same bits on each', () => {
  it.each([
    ['wasm', 'recall', 6, [2, 3]],
    ['wasm', 'recall', 5, [2]],
    ['wasm', 'recall', 2, [3]],
    ['wasm', 'mlm', 5, [2, 3]],
    ['cpu', 'recall', 5, [2]],
    ['cpu', 'mlm', 5, [3]],
  ] as const)('%s: %s, batches of %i, by %j workers', async (backend, task, batchSize, counts) => {
    await useBackend(backend);
    const changed = { backend, task, batchSize };
    const one = await run(1, changed);
    expect(one.losses).toHaveLength(6);
    for (const workers of counts) {
      const many = await run(workers, changed);
      close(many.losses, one.losses);
      close(many.norms, one.norms);
      close(many.accuracies, one.accuracies);
      for (const weights of many.weights) expect(weights.equals(many.weights[0]!)).toBe(true);
      expect(many.weights[0]!.some((byte) => byte !== 0)).toBe(true);
      expect(many.result.scores!.accuracy).toBe(one.result.scores!.accuracy);
      close([many.result.scores!.loss], [one.result.scores!.loss]);
    }
  });
});

describe('replicas', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  it('a run repeats to the last bit', async () => {
    const [first, second] = [await run(3), await run(3)];
    expect(second.losses).toEqual(first.losses);
    expect(second.weights[0]!.equals(first.weights[0]!)).toBe(true);
  });

  it('gradients are not clipped by each for itself', async () => {
    const [one, two] = [await run(1, {}, { clipNorm: 0.05 }), await run(2, {}, { clipNorm: 0.05 })];
    expect(Math.min(...one.norms)).toBeGreaterThan(0.05);
    close(two.losses, one.losses);
  });

  it('a run goes on with another number of workers', async () => {
    const whole = await run(1);
    const first = await run(3, {}, { steps: 3 });
    const second = await run(2, { seed: 8 }, { startStep: 3 }, ({ model, optimizer, task }) => {
      for (const [name, { variable }] of model.namedParameters()) {
        const { data, shape } = first.parameters.get(name)!;
        tf.tidy(() => variable.assign(tf.tensor(data as Float32Array, [...shape])));
      }
      optimizer.loadState(first.optimizer);
      task.state = first.taskState;
    });
    expect(second.losses).toHaveLength(3);
    close([...first.losses, ...second.losses], whole.losses);
  });

  it('no rank keeps tensors, and the shared memory is made once', async () => {
    const allocations = vi.spyOn(SharedSum, 'allocate');
    const before = tf.memory().numTensors;
    const { tensors } = await run(2, {}, { steps: 20 });
    expect(allocations).toHaveBeenCalledOnce();
    allocations.mockRestore();
    expect(tensors[0]).toBe(tensors[1]);
    expect(tensors[2]).toBe(tensors[3]);
    expect(tensors[3]).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['start', 1, 'worker of rank 1 (ranks 0 to 2) failed: no engine today'],
    ['throw', 2, 'worker of rank 2 (ranks 0 to 2) failed: a fault that the test put here'],
    ['exit', 1, 'worker of rank 1 (ranks 0 to 2) ended with exit code 3 before the run was over'],
  ] as const)('a worker lost (%s): the run ends, and says which and why', async (kind, rank, message) => {
    const steps: number[] = [];
    const onStep = ({ step }: StepEvent) => void steps.push(step);
    const failed = run(3, { fault: { kind, rank, step: 3 } }, { callbacks: { onStep } });
    const error = await failed.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkerError);
    expect(error).toMatchObject({ message, rank });
    if (kind === 'throw') expect(((error as Error).cause as Error).stack).toContain('tiny-setup.ts');
    expect(steps).toEqual(kind === 'start' ? [] : [1, 2]);
  });

  it('a run whose replicas are closed under it ends', async () => {
    const setup = setupOf(2);
    const own = makeTiny(setup, 0);
    const replicas = startReplicas({ workers: 2, entry, config: setup });
    const onStep = async ({ step }: StepEvent) => {
      if (step === 2) await replicas.close();
    };
    const ended = train({ ...own, steps: 6, replicas, callbacks: { onStep } });
    await expect(ended).rejects.toThrow('replicas: they have been closed');
    own.optimizer.dispose();
    own.model.dispose();
  });

  it('an error of this thread ends the workers, which wait for it', async () => {
    await expect(run(3, { fault: { kind: 'throw', rank: 0, step: 2 } })).rejects.toThrow(
      'a fault that the test put here',
    );
  });

  it('a loss that is not a number on one rank stops all of them, and is traced to it', async () => {
    const error = await run(3, { fault: { kind: 'nan', rank: 2, step: 4 } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TrainingDivergedError);
    expect(String(error)).toContain(
      'training diverged at step 4: the loss is NaN (from the part of the batch of the worker of rank 2), and the ' +
        'parameters were not updated',
    );
  });

  it('an abort ends the run after its step', async () => {
    const abort = new AbortController();
    const onStep = ({ step }: StepEvent) => void (step === 2 && abort.abort());
    const { result } = await run(2, {}, { signal: abort.signal, callbacks: { onStep } });
    expect(result).toMatchObject({ reason: 'aborted', step: 2 });
  });

  it('an evaluation is shared, and can be cut: what the others still say of it is not mistaken for the next', async () => {
    const setup = setupOf(3);
    const own = makeTiny(setup, 0);
    const replicas = startReplicas({ workers: 3, entry, config: setup });
    try {
      await replicas.join(own);
      const alone = await own.task.tally!(own.model, { rank: 0, size: 1 });
      const cut = replicas.tally(undefined, () => Promise.reject(new Error('cut')));
      await expect(cut).rejects.toThrow('cut');
      for (let i = 0; i < 2; i++) {
        const shares = await replicas.tally(undefined, () => own.task.tally!(own.model, { rank: 0, size: 3 }));
        expect(shares).toHaveLength(3);
        const total = (key: 'count' | 'loss' | 'right') => shares.reduce((sum, share) => sum + share[key], 0);
        expect(total('count')).toBe(alone.count);
        expect(total('right')).toBe(alone.right);
        expect(total('loss')).toBeCloseTo(alone.loss, 4);
        for (const share of shares) expect(share.count).toBeLessThan(alone.count);
      }
    } finally {
      await replicas.close();
      own.optimizer.dispose();
      own.model.dispose();
    }
  });

  it('a replica made otherwise than the leader is refused', async () => {
    const setup = setupOf(2);
    const own = makeTiny(setup, 0);
    for (const [changed, message] of [
      [
        { batchSize: 4 },
        /rank 1 .* failed: its task is .*"batchSize":4.*; want the same as the leader's, .*"batchSize":6/,
      ],
      [
        { backend: 'cpu' },
        /rank 1 .* failed: its engine is .*JavaScript.*; want the same as the leader's, .*WebAssembly/,
      ],
    ] as const) {
      const replicas = startReplicas({ workers: 2, entry, config: { ...setup, ...changed } });
      await expect(train({ ...own, steps: 1, replicas })).rejects.toThrow(message);
      await replicas.close();
    }
    own.optimizer.dispose();
    own.model.dispose();
  });

  it.each([0, 1.5])('refuses %s workers', (workers) => {
    expect(() => startReplicas({ workers, entry, config: null })).toThrow(
      `startReplicas: workers is ${workers}; want an integer of at least 1`,
    );
  });

  it('a module that is not there, and a config that cannot be cloned', async () => {
    const own = makeTiny(setupOf(2), 0);
    const missing = startReplicas({ workers: 2, entry: new URL('./none.mjs', entry), config: null });
    await expect(train({ ...own, steps: 1, replicas: missing })).rejects.toThrow(
      /rank 1 .* failed: Cannot find module/,
    );
    expect(() => startReplicas({ workers: 2, entry, config: () => {} })).toThrow(/could not be cloned/);
    own.optimizer.dispose();
    own.model.dispose();
  });

  it('a program that forgot to close them ends all the same', () => {
    const program = fileURLToPath(new URL('../../test/forgets.mjs', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 60_000 });
    expect(stderr).toBe('');
    expect([stdout, status]).toEqual(['done 3\n', 0]);
  });
});
