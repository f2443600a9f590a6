// The books of tensors in half precision, which the engine keeps: what `half.ts` does with them is told there.
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** What the engine knows about tensors in half precision; on the engine, so that every copy of this package sees the same. */
export interface Halves {
  /** whether ops keep what they save for their gradients like this */
  isMixed: boolean;
  /** two values a word, int32 [ceil(n / 2)], of a tensor that has nothing else, by its dataId */
  readonly words: WeakMap<object, TensorInfo>;
  /** the tensor in half precision that was made of another one, by the other's dataId */
  readonly copies: WeakMap<object, TensorInfo>;
}

/** Begins with float32 alone. */
export function noHalves(): Halves {
  return { isMixed: false, words: new WeakMap(), copies: new WeakMap() };
}
