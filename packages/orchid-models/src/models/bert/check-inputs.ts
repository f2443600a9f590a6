// The checks of what a BERT is given.
import * as tf from '@tensorflow/tfjs-core';
import type { EncodeOptions } from '../sequence-model.ts';

/** @throws Error when ids is not int32 [B, L], or L is not from 1 to `longest` */
export function checkedIds(name: string, ids: tf.Tensor2D, longest: number): void {
  if (ids.rank !== 2 || ids.dtype !== 'int32') {
    throw new Error(`${name}: ids are ${ids.dtype} of shape [${ids.shape}], want int32 of shape [batch, length]`);
  }
  const length = ids.shape[1];
  if (length < 1 || length > longest) {
    throw new Error(`${name}: the sequence has ${length} positions; max_position_embeddings allows 1 to ${longest}`);
  }
}

/** Types and mask as the body takes them; the mask as float32. @throws Error when one has another shape or dtype than ids allow */
export function checkedInputs(
  name: string,
  ids: tf.Tensor2D,
  { tokenTypes, attentionMask }: EncodeOptions,
): { tokenTypes: tf.Tensor2D | null; mask: tf.Tensor2D | null } {
  const check = (what: string, tensor: tf.Tensor2D, dtypes: readonly string[]) => {
    const fits = tensor.rank === 2 && tensor.shape.every((size, axis) => size === ids.shape[axis]);
    if (fits && dtypes.includes(tensor.dtype)) return;
    throw new Error(
      `${name}: ${what} is ${tensor.dtype} of shape [${tensor.shape}], want ${dtypes.join(' or ')} of shape [${ids.shape}]`,
    );
  };
  if (tokenTypes) check('tokenTypes', tokenTypes, ['int32']);
  if (attentionMask) check('attentionMask', attentionMask, ['int32', 'float32']);
  return { tokenTypes: tokenTypes ?? null, mask: attentionMask ? tf.cast(attentionMask, 'float32') : null };
}
