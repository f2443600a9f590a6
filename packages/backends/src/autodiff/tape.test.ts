// What tape.ts takes for granted about tfjs-core's engine: when one of these fails, tfjs has changed under it.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../index.ts';
import { record } from './tape.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

it('the engine pushes a node for every op, with what it saved and a gradient that makes zeros of null', () => {
  tf.tidy(() => {
    const { state } = tf.engine();
    const x = tf.tensor1d([1, 2, 3, 4]);
    let nodes: (typeof state.activeTape)[number][] = [];
    const { free } = record(() => {
      const [left] = tf.split(x, 2);
      const value = tf.sum(tf.square(left!));
      nodes = [...state.activeTape];
      return value;
    }, [x]);
    const named = (name: string) => nodes.find(({ kernelName }) => kernelName === name)!;
    const [split, square] = [named('SplitV'), named('Square')];
    expect(Object.values(split.inputs)).toEqual([x]);
    expect(split.outputs.map(({ shape }) => shape)).toEqual([[2], [2]]);
    expect(square.inputs.x).toBe(split.outputs[0]);
    expect(square.saved).toHaveLength(1);
    expect(square.saved![0]!.kept).toBe(true);
    const ones = tf.ones([2]);
    const back = split.gradient!([ones, null as never]).x!();
    expect(back.dataSync()).toEqual(Float32Array.of(1, 1, 0, 0));
    free();
    expect(square.saved![0]!.isDisposed).toBe(true);
  });
});

it('nothing is recorded inside a kernel, nor for constants; the engine is left as it was found', () => {
  tf.tidy(() => {
    const { state } = tf.engine();
    const x = tf.scalar(3);
    const before = [state.activeTape, state.gradientDepth, state.kernelDepth];
    const op = tf.customGrad((x) => ({ value: tf.mul(tf.square(x as tf.Tensor), 2), gradFunc: (dy: tf.Tensor) => dy }));
    const { free } = record(() => {
      expect([state.gradientDepth, state.kernelDepth]).toEqual([1, 0]);
      tf.square(tf.scalar(2));
      const value = op(x);
      expect(state.activeTape).toHaveLength(1);
      return value;
    }, [x]);
    expect([state.activeTape, state.gradientDepth, state.kernelDepth]).toEqual(before);
    free();
  });
});

it('gradients of tfjs around and inside ours find their own tape', () => {
  const cube = (x: tf.Tensor) => tf.mul(x, tf.square(x));
  const slope = tf.tidy(() => {
    const x = tf.scalar(2);
    // Around: d(3·x²·5)/dx, with ours run in between; its results are constants to the gradient around it.
    return tf.grad((x: tf.Tensor) => {
      const y = tf.square(x);
      const recording = record(() => cube(x), [x]);
      const [inner] = recording.backward(tf.scalar(1));
      expect(inner!.dataSync()[0]).toBeCloseTo(12, 5);
      return tf.mul(y, tf.add(inner!, 3));
    })(x);
  });
  expect(slope.dataSync()[0]).toBeCloseTo(2 * 2 * 15, 4);
  slope.dispose();
  // What makes the care necessary: on its own, tf.grad inside a gradient leaves the outer one without a tape.
  const careless = tf.customGrad((...args) => {
    const x = args[0] as tf.Tensor;
    return { value: cube(x), gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.grad(cube)(tf.scalar(2))) };
  });
  tf.engine().startScope();
  expect(() => tf.grad((x: tf.Tensor) => careless(tf.square(x)))(tf.scalar(1))).toThrow();
  tf.engine().endScope();
});

it('what an op saves for its shape alone is let go, and its gradient is the same', async () => {
  const ops: Record<string, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor> = {
    Add: (x, y) => tf.add(x, tf.slice(y, [0, 0], [1, 6])),
    Sub: (x, y) => tf.sub(tf.slice(x, [0, 0], [1, 6]), y),
    Reshape: (x) => tf.reshape(x, [2, 12]),
    ExpandDims: (x) => tf.expandDims(x, 1),
    Slice: (x) => tf.slice(x, [1, 2], [2, -1]),
    Concat: (x, y) => tf.concat([x, y], 1),
    Sum: (x) => tf.sum(x, 0),
    Mean: (x) => tf.mean(x, 1),
  };
  for (const [name, op] of Object.entries(ops)) {
    const inputs = [1, 2].map((scale) => tf.mul(scale, tf.reshape(tf.range(0, 24), [4, 6])));
    const dy = tf.tidy(() => {
      const { shape, size } = op(inputs[0]!, inputs[1]!);
      return tf.reshape(tf.range(1, size + 1), shape);
    });
    const wanted = tf.grads((x, y) => tf.add(op(x!, y!), tf.mul(0, tf.sum(y!))))(inputs, dy);
    const { value, backward } = record(() => op(inputs[0]!, inputs[1]!), inputs);
    const held = tf.memory().numTensors;
    const got = backward(dy);
    // Nothing was freed but nothing was held: the gradients are all there is more.
    expect(tf.memory().numTensors, name).toBe(held + got.filter((gradient) => gradient !== null).length);
    for (const [i, gradient] of got.entries()) {
      if (gradient) expect(await gradient.data(), `${name}, input ${i}`).toEqual(await wanted[i]!.data());
      else
        expect(
          (await wanted[i]!.data()).every((v) => v === 0),
          `${name}, input ${i}`,
        ).toBe(true);
    }
    tf.dispose([...inputs, dy, ...wanted, value, ...(got as tf.Tensor[])]);
  }
});
