// How an op of ours runs: its kernel where the engine has one, with a gradient that computes all its parts at once.
import * as tf from '@tensorflow/tfjs-core';
import { type Halvable, kept } from './halvable.ts';

/** Whether the current engine has this kernel; an op that finds none takes its composed path. */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/** Runs a kernel of the current engine; inputs that are null are left out. Always a list of outputs. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor | null>>,
  attrs: Readonly<Record<string, unknown>> = {},
): tf.Tensor[] {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor !== null));
  const output = tf.engine().runKernel(name, given as tf.NamedTensorMap, attrs as tf.NamedAttrMap) as
    | tf.Tensor
    | tf.Tensor[];
  return Array.isArray(output) ? output : [output];
}

/** Whether what is computed now may be asked for its gradient, so that what only a gradient needs is worth computing. */
export function isRecorded(): boolean {
  return tf.engine().isTapeOn();
}

/** What an op's forward pass hands over: its value, and the gradient for each of its inputs, given dy and what it saved. */
export interface Differentiable<T extends tf.Tensor> {
  readonly value: T;
  /** runs inside the tape's own tidy; one gradient an input, those of null inputs are ignored */
  readonly gradient: (dy: T, saved: readonly tf.Tensor[]) => readonly (tf.Tensor | null)[];
}

/** Keeps tensors for the gradient; those that are `halvable` it gets in half precision where the engine is told to. */
export type Save = (tensors: readonly (tf.Tensor | Halvable)[]) => void;

/**
 * Runs `forward` with a gradient of its own for `inputs` (null ones are skipped). Only what goes through `save` may be used
 * in the gradient: other tensors may be gone by then.
 */
export function differentiable<T extends tf.Tensor>(
  inputs: readonly (tf.Tensor | null)[],
  forward: (save: Save) => Differentiable<T>,
): T {
  const given = inputs.filter((tensor): tensor is tf.Tensor => tensor !== null);
  // Asked here: nothing is recorded within the op.
  const recorded = isRecorded();
  const run = tf.customGrad((...args: Array<tf.Tensor | tf.GradSaveFunc>) => {
    const keep = args.at(-1) as tf.GradSaveFunc;
    const { value, gradient } = forward((tensors) => {
      if (recorded) keep(tensors.map(kept));
    });
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const wanted = tf.tidy(() => {
        const all = gradient(dy as T, saved);
        return inputs.flatMap((tensor, i) => (tensor === null ? [] : [all[i] ?? missing(i)]));
      });
      return wanted;
    };
    return { value, gradFunc };
  });
  return run(...given) as T;
}

/** What tf.customGrad stands on. */
interface Runner {
  runKernelFunc(call: {
    inputs: tf.NamedTensorMap;
    forwardFunc: (backend: unknown, save: tf.GradSaveFunc) => readonly tf.Tensor[];
    backwardsFunc: (dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): tf.Tensor[];
}

/** {@link differentiable} for an op of several outputs, which tf.customGrad does not know and the engine does. */
export function differentiableList(
  inputs: readonly tf.Tensor[],
  forward: (save: Save) => {
    readonly values: readonly tf.Tensor[];
    /** one gradient an input */
    readonly gradient: (dys: readonly tf.Tensor[], saved: readonly tf.Tensor[]) => readonly tf.Tensor[];
  },
): tf.Tensor[] {
  const recorded = isRecorded();
  const engine = tf.engine() as unknown as Runner;
  if (typeof engine.runKernelFunc !== 'function') {
    throw new Error(`gradients: tfjs-core ${tf.version_core} does not run its ops as 4.22 does`);
  }
  let made: ReturnType<typeof forward>;
  return engine.runKernelFunc({
    inputs: { ...inputs } as unknown as tf.NamedTensorMap,
    forwardFunc: (_, keep) => {
      made = forward((tensors) => {
        if (recorded) keep(tensors.map(kept));
      });
      return made.values;
    },
    backwardsFunc: (dy, saved) => {
      const gradients = tf.tidy(() => [...made.gradient(Array.isArray(dy) ? dy : [dy], saved)]);
      return Object.fromEntries(gradients.map((gradient, i) => [i, () => gradient]));
    },
  });
}

function missing(index: number): never {
  throw new Error(`a gradient gave nothing for input ${index}`);
}
