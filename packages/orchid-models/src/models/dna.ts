// The masked language model over nucleotides, which can read both strands alike.
import { linear } from '@orchid-ml/backends/ops';
import type { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { complementIds } from '../config/complement.ts';
import type { ConfigOf } from '../config/index.ts';
import { OrchidSequenceModel } from './orchid-sequence-model.ts';
import type { LogitsOptions } from './sequence-model.ts';

/**
 * Masked language model over DNA. With `reverse_complement` its scores are the mean of both strands',
 *
 *     logits(x) = (f(x) + RC(f(RC(x)))) / 2
 *
 * where RC turns a sequence round and takes complements (of scores: exchanges the tokens' columns), so that
 * logits(RC(x)) = RC(logits(x)): the network is equivariant, in training too (the averaging over a group of Cohen & Welling 2016;
 * "post-hoc conjoining" where it is done to a trained model). Padding would be turned round too: give windows without.
 */
export class DnaMaskedLanguageModel extends OrchidSequenceModel<ConfigOf<'orchid-dna'>> {
  /** the complement of every id, [V] int32, and as a matrix that exchanges columns of scores, [V, V] */
  readonly #complement: { ids: tf.Tensor1D; columns: tf.Tensor2D } | null;

  constructor(config: ConfigOf<'orchid-dna'>, rng: Rng) {
    super(config, rng);
    if (!config.reverse_complement) {
      this.#complement = null;
      return;
    }
    const ids = complementIds(config.complement_map!, config.vocab_size);
    const rows = ids.flatMap((other) => ids.map((_, id) => (id === other ? 1 : 0)));
    this.#complement = {
      ids: this.addBuffer('complement_ids', tf.tensor1d(ids, 'int32')),
      columns: this.addBuffer('complement_columns', tf.tensor2d(rows, [ids.length, ids.length])),
    };
  }

  override logits(ids: tf.Tensor2D, options: LogitsOptions = {}): tf.Tensor {
    const complement = this.#complement;
    // Ids of another shape or type are for the checks above this class.
    if (complement === null || ids.rank !== 2 || ids.dtype !== 'int32') return super.logits(ids, options);
    const { positions = 'all', at, ...rest } = options;
    if (positions === 'last' && at) return super.logits(ids, options);
    const [batch, length] = ids.shape;
    return tf.tidy(() => {
      const other = tf.gather(complement.ids as tf.Tensor, tf.reverse(ids, 1)) as tf.Tensor2D;
      const both = tf.concat([ids, other], 0);
      const wanted = positions === 'last' ? lastPositions(batch, length) : at;
      if (wanted === undefined) {
        const [own, turned] = tf.split(super.logits(both, { ...rest, positions }), 2) as [tf.Tensor, tf.Tensor];
        return mean(own, linear(tf.reverse(turned, 1), complement.columns));
      }
      const scores = super.logits(both, { ...rest, at: tf.concat([wanted, mirrored(wanted, batch, length)]) });
      const [own, turned] = tf.split(scores, 2) as [tf.Tensor, tf.Tensor];
      return mean(own, linear(turned, complement.columns));
    });
  }
}

function mean(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(a, b), 0.5);
}

/** Numbers of the last positions among all of a batch's. */
function lastPositions(batch: number, length: number): tf.Tensor1D {
  return tf.tensor1d(
    Array.from({ length: batch }, (_, b) => b * length + length - 1),
    'int32',
  );
}

/** Where positions come to lie in the second half of the batch, whose sequences are turned round. */
function mirrored(at: tf.Tensor1D, batch: number, length: number): tf.Tensor1D {
  const size = tf.scalar(length, 'int32');
  const within = tf.mod(at, size);
  const start = tf.add(tf.sub(at, within), tf.scalar(batch * length, 'int32'));
  return tf.add(start, tf.sub(tf.scalar(length - 1, 'int32'), within)) as tf.Tensor1D;
}
