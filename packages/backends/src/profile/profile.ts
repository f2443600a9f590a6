// Where a piece of work spends its time, kernel by kernel. tf.profile counts tensors but sees neither the phases of a step
// nor the bytes that a kernel reads, so this stands between the engine and its kernels while the work runs.
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../kernels/register.ts';
import { productFlops } from './flops.ts';

/** All calls of one kernel in one phase. */
export interface KernelRecord {
  readonly kernel: string;
  readonly phase: string;
  readonly calls: number;
  /** Time inside the kernel, less that of kernels which it runs itself. */
  readonly ms: number;
  /** Size of the inputs and outputs of every call. A call that only looks at its input in another way (reshape) counts 0. */
  readonly bytes: number;
  /** Floating-point operations of matrix products; 0 where a kernel has none. */
  readonly flops: number;
}

export interface Profile<T> {
  readonly result: T;
  /** Wall-clock time of the work, kernels and everything around them. */
  readonly ms: number;
  /** In the order in which they first ran. */
  readonly records: readonly KernelRecord[];
}

type Mutable<R> = { -readonly [K in keyof R]: R[K] };

/** Engines that have computed by the time a kernel returns; of others the clock would only see the asking. */
const synchronous = ['wasm', 'cpu'];
const bytesOf: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, complex64: 8 };

let isRunning = false;

/**
 * Runs `work` with every kernel of the current engine watched; afterwards the engine is as it was, whatever happens.
 * Kernels that are registered while it runs are not seen, so run the work once before.
 *
 * @param work is given a function that names the phase of the kernels that run from then on; until then it is ''
 * @throws Error when another profile is running, or the engine computes after its kernels have returned; and what `work`
 *   throws
 */
export async function profileKernels<T>(
  work: (setPhase: (phase: string) => void) => T | Promise<T>,
): Promise<Profile<T>> {
  const engine = tf.getBackend();
  if (!synchronous.includes(engine)) {
    throw new Error(`profileKernels: kernels can be timed on ${synchronous.join(' and ')}; the engine is ${engine}`);
  }
  if (isRunning) throw new Error('profileKernels: another profile is running');
  isRunning = true;
  const recorder = new Recorder();
  const restore = watchKernels(engine, recorder);
  try {
    const start = performance.now();
    const result = await work((phase) => {
      recorder.phase = phase;
    });
    return { result, ms: performance.now() - start, records: recorder.records() };
  } finally {
    restore();
    isRunning = false;
  }
}

class Recorder {
  phase = '';
  readonly #records = new Map<string, Mutable<KernelRecord>>();
  /** Time of the kernels inside each kernel that is running now, outermost first. */
  readonly #inner: number[] = [];

  call(config: tf.KernelConfig, args: Parameters<tf.KernelFunc>[0]): ReturnType<tf.KernelFunc> {
    const { phase } = this;
    this.#inner.push(0);
    const start = performance.now();
    try {
      const output = config.kernelFunc(args);
      const ms = performance.now() - start;
      this.#add(config.kernelName, phase, ms - this.#inner.at(-1)!, args, Array.isArray(output) ? output : [output]);
      return output;
    } finally {
      this.#inner.pop();
      const outer = this.#inner.length - 1;
      if (outer >= 0) this.#inner[outer]! += performance.now() - start;
    }
  }

  #add(kernel: string, phase: string, ms: number, args: Parameters<tf.KernelFunc>[0], outputs: tf.TensorInfo[]): void {
    const key = `${kernel} ${phase}`;
    let record = this.#records.get(key);
    if (!record) {
      record = { kernel, phase, calls: 0, ms: 0, bytes: 0, flops: 0 };
      this.#records.set(key, record);
    }
    record.calls++;
    record.ms += ms;
    record.bytes += bytesMoved(Object.values(args.inputs), outputs);
    record.flops += productFlops(kernel, args.inputs, args.attrs ?? {}, outputs);
  }

  records(): KernelRecord[] {
    return [...this.#records.values()].map((record) => ({ ...record }));
  }
}

function bytesMoved(inputs: readonly (tf.TensorInfo | undefined)[], outputs: readonly tf.TensorInfo[]): number {
  // A few kernels take a list of tensors, and an input that an op leaves out is undefined.
  const given = inputs.flat().filter((tensor): tensor is tf.TensorInfo => tensor?.dataId !== undefined);
  const isView = outputs.length > 0 && outputs.every((out) => given.some((tensor) => tensor.dataId === out.dataId));
  if (isView) return 0;
  return [...given, ...outputs].reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * (bytesOf[dtype] ?? 0), 0);
}

/** Puts a watched kernel in the place of each of an engine's kernels; the function returned puts them back. */
function watchKernels(engine: string, recorder: Recorder): () => void {
  const replaced = tf.getKernelsForBackend(engine).map((config) => {
    const watched: tf.KernelConfig = { ...config, kernelFunc: (args) => recorder.call(config, args) };
    replace(watched);
    return { config, watched };
  });
  return () => {
    for (const { config, watched } of replaced) {
      // Whoever registered a kernel anew meanwhile meant it to stay.
      if (tf.getKernel(config.kernelName, engine) === watched) replace(config);
    }
  };
}

function replace(config: tf.KernelConfig): void {
  tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}
