// An engine of TensorFlow.js that remembers tensors' shapes and none of their values: on it a model of a billion parameters can be
// looked at, not run.
import * as tf from '@tensorflow/tfjs-core';

const NAME = 'orchid-shapes';

class ShapeEngine extends tf.KernelBackend {
  readonly #references = new Map<object, number>();

  override write(): object {
    const dataId = {};
    this.#references.set(dataId, 1);
    return dataId;
  }

  override refCount(dataId: object): number {
    return this.#references.get(dataId) ?? 0;
  }

  override incRef(dataId: object): void {
    this.#references.set(dataId, this.refCount(dataId) + 1);
  }

  override disposeData(dataId: object, force = false): boolean {
    const left = this.refCount(dataId) - 1;
    if (left > 0 && !force) {
      this.#references.set(dataId, left);
      return false;
    }
    this.#references.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.#references.size;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override dispose(): void {
    this.#references.clear();
  }
}

/** The shape of what the few ops give that constructors of layers use; of any other the engine says that it has none. */
const SHAPES: Record<string, (inputs: tf.TensorInfo[], attrs: Record<string, unknown>) => number[]> = {
  Fill: (_, { shape }) => shape as number[],
  Multiply: ([a, b]) => tf.backend_util.assertAndGetBroadcastShape(a!.shape, b!.shape),
  Reshape: ([x], { shape }) => tf.util.inferFromImplicitShape(shape as number[], tf.util.sizeFromShape(x!.shape)),
  Slice: ([x], { begin, size }) => {
    // Of the shape alone is made use.
    const [, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin as number[], size as number[]);
    return sizes as number[];
  },
};

/**
 * Calls a function while tensors are made on the engine without values; then the engine is the one it was before.
 *
 * @throws Error when the function computes with tensors, and what it throws itself
 */
export function onShapesAlone<T>(work: () => T): T {
  // The name of the engine in use; none at first.
  const before = tf.getBackend() as string | undefined;
  tf.registerBackend(NAME, () => new ShapeEngine(), 0);
  for (const [kernelName, shapeOf] of Object.entries(SHAPES)) {
    tf.registerKernel({
      kernelName,
      backendName: NAME,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const shape = shapeOf(Object.values(inputs) as tf.TensorInfo[], attrs as Record<string, unknown>);
        return { dataId: (backend as ShapeEngine).write(), shape, dtype: 'float32' };
      },
    });
  }
  try {
    use(NAME);
    return work();
  } finally {
    if (before) use(before);
    for (const kernelName of Object.keys(SHAPES)) tf.unregisterKernel(kernelName, NAME);
    tf.removeBackend(NAME);
  }
}

/** Engines that are there already are taken at once; what is to be waited for is only those that start. */
function use(name: string): void {
  void tf.setBackend(name);
  if (tf.getBackend() !== name) throw new Error(`the engine ${name} cannot be taken`);
}
