// What token models have in common: tokens go in, scores of tokens come out.
import type * as tf from '@tensorflow/tfjs-core';
import type { ConfigOf, ModelType } from '../config/index.ts';
import type { Positions } from '../layers/positions.ts';
import type { Model } from './model.ts';

export interface LogitsOptions {
  /** 'last': only the last position is computed after the last block's mixing. Default 'all'. */
  positions?: Positions;
  /**
   * Which positions to score, int32 [n], each sequence·L + position in it: the output layer, the widest of all, then computes
   * these alone, and logits are [n, V].
   */
  at?: tf.Tensor1D;
  /**
   * The blocks keep their inputs alone for the gradients and run once more on the way back: slower, in a fraction of the
   * memory. Default false. The values are the same either way.
   */
  recompute?: boolean;
  /**
   * In training: what the masks of dropout follow from, another number each step. Left out, nothing is dropped, as by models
   * that have no dropout.
   */
  dropoutSeed?: number;
}

/** What a model of the BERT family takes beside the ids. */
export interface EncodeOptions {
  /** int32 [B, L]: the kind of each token, such as 1 in the second of two texts; all 0 if left out */
  tokenTypes?: tf.Tensor2D;
  /** int32 or float32 [B, L]: 1 at real tokens, 0 at padding; all real if left out */
  attentionMask?: tf.Tensor2D;
  /** see {@link LogitsOptions.recompute} */
  recompute?: boolean;
  /** see {@link LogitsOptions.dropoutSeed} */
  dropoutSeed?: number;
}

/** The model_types whose models score tokens. */
const sequenceModelTypes = [
  'orchid-recall',
  'orchid-masked-lm',
  'orchid-dna',
  'orchid-bert',
  'bert',
] as const satisfies readonly ModelType[];

export type SequenceModelType = (typeof sequenceModelTypes)[number];

/** Anything that scores tokens at the positions of a sequence. */
export interface SequenceModel extends Model<ConfigOf<SequenceModelType>> {
  /**
   * Scores before softmax.
   *
   * @param ids [B, L] int32, each in 0..vocab_size-1. Their values are not looked at here (that would wait for the
   *   device): out of range they give meaningless scores, so check them on the host with `checkIds` where they come from outside.
   * @returns [B, L, V], or [B, V] with positions 'last', or [n, V] with n positions `at`
   * @throws Error for another rank or dtype, and when L is more than max_position_embeddings
   */
  logits(ids: tf.Tensor2D, options?: LogitsOptions): tf.Tensor;
}

/** Whether a model, of a saved folder for one, scores tokens: its kind does, and so does its head if it has a choice of them. */
export function isSequenceModel(model: Model): model is SequenceModel {
  const { config } = model;
  return (
    (sequenceModelTypes as readonly string[]).includes(model.kind) &&
    (!('head' in config) || config.head === 'masked-lm')
  );
}

/** Checks token ids that are still on the host. @throws Error naming the first that is not an integer in 0..vocabSize-1 */
export function checkIds(ids: ArrayLike<number>, vocabSize: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (!(Number.isInteger(id) && id >= 0 && id < vocabSize)) {
      throw new Error(`checkIds: the id at index ${i} is ${id}; want an integer from 0 to ${vocabSize - 1}`);
    }
  }
}
