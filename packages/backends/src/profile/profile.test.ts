// The profile of computations small enough to count by hand, and an engine that is left as it was found.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../index.ts';
import { start } from '../testing/engines.ts';
import { leavesNothing } from '../testing/numbers.ts';
import { measureRates, profileKernels } from './index.ts';

const kernelsOf = (engine: string): Map<string, tf.KernelConfig> =>
  new Map(tf.getKernelsForBackend(engine).map((config) => [config.kernelName, config]));

describe.each(['wasm', 'cpu'] as const)('profileKernels on %s', (engine) => {
  beforeAll(async () => {
    await useBackend(engine);
  });

  test('counts calls, bytes and operations by phase', async () => {
    const a = tf.ones<tf.Rank.R2>([3, 4]);
    const b = tf.ones<tf.Rank.R2>([5, 4]);
    await leavesNothing(async () => {
      const { result, ms, records } = await profileKernels((setPhase) =>
        tf.tidy(() => {
          setPhase('one');
          const product = tf.matMul(a, b, false, true);
          setPhase('two');
          return tf.sum(tf.add(tf.exp(product), tf.exp(product))).dataSync()[0];
        }),
      );
      expect(result).toBeCloseTo(30 * Math.exp(4), 1);
      const of = (kernel: string) => records.filter((record) => record.kernel === kernel);
      expect(of('BatchMatMul')).toMatchObject([
        { phase: 'one', calls: 1, bytes: 4 * (12 + 20 + 15), flops: 2 * 3 * 4 * 5 },
      ]);
      expect(of('Exp')).toMatchObject([{ phase: 'two', calls: 2, bytes: 2 * 4 * (15 + 15), flops: 0 }]);
      expect(of('Add')).toMatchObject([{ phase: 'two', calls: 1, bytes: 3 * 4 * 15 }]);
      for (const record of records) expect(record.ms, record.kernel).toBeGreaterThanOrEqual(0);
      expect(records.reduce((sum, record) => sum + record.ms, 0)).toBeLessThanOrEqual(ms);
    });
    tf.dispose([a, b]);
  });

  test('a product with a transposed left side, batches, and other types', async () => {
    await leavesNothing(async () => {
      const { records } = await profileKernels(() =>
        tf.tidy(() => {
          tf.matMul(tf.ones([2, 7, 3]), tf.ones([2, 7, 5]), true, false);
          tf.logicalNot(tf.ones([8], 'bool'));
        }),
      );
      const of = (kernel: string) => records.find((record) => record.kernel === kernel);
      expect(of('BatchMatMul')?.flops).toBe(2 * 2 * 3 * 7 * 5);
      expect(of('LogicalNot')?.bytes).toBe(16);
    });
  });

  test('a view of a tensor moves no bytes', async () => {
    const x = tf.ones([6]);
    const { records } = await profileKernels(() => tf.reshape(x, [2, 3]).dispose());
    expect(records).toMatchObject([{ kernel: 'Reshape', calls: 1, bytes: 0 }]);
    x.dispose();
  });

  test('a kernel that runs another is not charged for it', async () => {
    const slow = (): void => {
      const end = performance.now() + 20;
      while (performance.now() < end);
    };
    const output = (args: Parameters<tf.KernelFunc>[0]): tf.TensorInfo => {
      const engine = args.backend as unknown as { incRef(id: object): void };
      engine.incRef((args.inputs.x as tf.TensorInfo).dataId);
      return args.inputs.x as tf.TensorInfo;
    };
    const inner: tf.KernelConfig = {
      kernelName: 'TestInner',
      backendName: engine,
      kernelFunc: (args) => {
        slow();
        return output(args);
      },
    };
    const outer: tf.KernelConfig = {
      kernelName: 'TestOuter',
      backendName: engine,
      kernelFunc: (args) => {
        (tf.engine().runKernel('TestInner', args.inputs as unknown as tf.NamedTensorMap) as tf.Tensor).dispose();
        return output(args);
      },
    };
    for (const config of [inner, outer]) tf.registerKernel(config);
    const x = tf.ones([2]);
    try {
      const { records } = await profileKernels(() =>
        (tf.engine().runKernel('TestOuter', { x }) as tf.Tensor).dispose(),
      );
      const ms = (kernel: string) => records.find((record) => record.kernel === kernel)!.ms;
      expect(ms('TestInner')).toBeGreaterThanOrEqual(20);
      expect(ms('TestOuter')).toBeLessThan(ms('TestInner'));
    } finally {
      for (const config of [inner, outer]) tf.unregisterKernel(config.kernelName, engine);
      x.dispose();
    }
  });

  test('leaves every kernel as it was, whatever happens', async () => {
    const before = kernelsOf(engine);
    await profileKernels(() => tf.ones([2]).dispose());
    expect(kernelsOf(engine)).toEqual(before);
    const failing = profileKernels(async () => {
      await Promise.resolve();
      tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]));
    });
    await expect(failing).rejects.toThrow('inner shapes');
    expect(kernelsOf(engine)).toEqual(before);
    for (const [name, config] of kernelsOf(engine)) expect(config, name).toBe(before.get(name));
  });

  test('refuses a second profile inside the first, which goes on', async () => {
    const { records } = await profileKernels(async () => {
      await expect(profileKernels(() => 1)).rejects.toThrow('profileKernels: another profile is running');
      tf.exp(tf.scalar(1)).dispose();
    });
    expect(records.map(({ kernel }) => kernel)).toContain('Exp');
    expect((await profileKernels(() => 2)).result).toBe(2);
  });

  test('leaves a kernel that was registered meanwhile', async () => {
    const before = tf.getKernel('Exp', engine);
    const other = { ...before };
    await profileKernels(() => {
      tf.unregisterKernel('Exp', engine);
      tf.registerKernel(other);
    });
    expect(tf.getKernel('Exp', engine)).toBe(other);
    tf.unregisterKernel('Exp', engine);
    tf.registerKernel(before);
  });

  test('measures the engine, leaving nothing', async () => {
    await leavesNothing(async () => {
      const { flopsPerSecond, bytesPerSecond } = measureRates();
      expect(flopsPerSecond).toBeGreaterThan(1e6);
      expect(bytesPerSecond).toBeGreaterThan(1e6);
    });
  });
});

test('refuses an engine whose kernels return before they have computed', async () => {
  await start('composed');
  await expect(profileKernels(() => 1)).rejects.toThrow('timed on wasm and cpu; the engine is composed');
});
