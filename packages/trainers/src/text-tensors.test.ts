// A tokenizer's batch becomes tensors of its shape and type.
import { CharTokenizer } from '@orchid-ml/tokenizers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { textTensors } from './text-tensors.ts';

it('textTensors', async () => {
  await tf.setBackend('cpu');
  const batch = CharTokenizer.fromText('abc').encodeBatch([['a', 'b'], 'abc'], { padToMultipleOf: 4 });
  const { inputIds, attentionMask, tokenTypeIds } = textTensors(batch);
  expect([inputIds, attentionMask, tokenTypeIds].map(({ shape, dtype }) => [shape, dtype])).toEqual(
    Array(3).fill([[2, 4], 'int32']),
  );
  expect(inputIds.arraySync()).toEqual([
    [3, 4, 0, 0],
    [3, 4, 5, 0],
  ]);
  expect(attentionMask.arraySync()).toEqual([
    [1, 1, 0, 0],
    [1, 1, 1, 0],
  ]);
  expect(tokenTypeIds.arraySync()).toEqual([
    [0, 1, 0, 0],
    [0, 0, 0, 0],
  ]);
  tf.dispose([inputIds, attentionMask, tokenTypeIds]);
});
