// A batch of tokens, typed arrays as the tokenizers give them, as tensors.
import type { EncodedBatch } from '@orchid-ml/tokenizers';
import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';

export interface TextTensors {
  /** int32 [B, L] */
  readonly inputIds: Tensor2D;
  /** int32 [B, L]: 1 for a token, 0 for padding */
  readonly attentionMask: Tensor2D;
  /** int32 [B, L] */
  readonly tokenTypeIds: Tensor2D;
}

/** The caller disposes of them. */
export function textTensors({
  inputIds,
  attentionMask,
  tokenTypeIds,
  shape,
}: Pick<EncodedBatch, 'inputIds' | 'attentionMask' | 'tokenTypeIds' | 'shape'>): TextTensors {
  return {
    inputIds: tensor2d(inputIds, shape, 'int32'),
    attentionMask: tensor2d(attentionMask, shape, 'int32'),
    tokenTypeIds: tensor2d(tokenTypeIds, shape, 'int32'),
  };
}
