// Labelled texts as batches for a classifier: tokenised, padded to the longest of the batch, shuffled anew each epoch.
import type { EncodedBatch, Tokenizer, Truncation } from '@orchid-ml/tokenizers';
import { evaluationIndices } from '../examples/dataset.ts';
import { BatchOrder, batchesOf, type OrderState } from '../examples/order.ts';
import type { TextExample } from './example.ts';

export interface TextDatasetOptions {
  readonly train: readonly TextExample[];
  readonly evaluation: readonly TextExample[];
  /** What the classes are called, in the order of their numbers; null when labels are numbers to be predicted. */
  readonly labels: readonly string[] | null;
  readonly tokenizer: Pick<Tokenizer, 'encodeBatch'>;
  /** Longer texts are cut to so many tokens, special ones included. */
  readonly maxLength: number;
  /** Default `longest_first`. */
  readonly truncation?: Truncation;
  /**
   * Rows of a batch are padded to a multiple of this, at most `maxLength`: the fewer lengths there are, the less an engine has
   * to prepare. Default 16.
   */
  readonly bucket?: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** As {@link EncodedBatch}, with labels. */
export interface TextBatch extends EncodedBatch {
  /** [batch]: int32 numbers of classes, or float32 numbers to be predicted */
  readonly labels: Int32Array | Float32Array;
  readonly batch: number;
}

/**
 * Which texts a batch has follows from the seed and from how many batches came before: `state` is that number, and a run
 * goes on from any of them.
 */
export class TextDataset {
  readonly options: TextDatasetOptions;
  readonly batchSize: number;
  readonly #bucket: number;
  readonly #order: BatchOrder;
  #batches = 0;

  /** @throws Error naming the option that does not fit, or the example that has no label */
  constructor(options: TextDatasetOptions) {
    const { maxLength, bucket = 16, labels } = options;
    for (const [name, value] of Object.entries({ maxLength, bucket })) {
      if (!Number.isInteger(value) || value < 1)
        throw new Error(`texts: ${name} is ${value}; want an integer of at least 1`);
    }
    if (options.evaluation.length === 0) throw new Error('texts: there are none to evaluate on');
    checkLabels('to learn from', options.train, labels);
    checkLabels('to evaluate on', options.evaluation, labels);
    this.options = options;
    this.batchSize = options.batchSize;
    this.#bucket = bucket;
    this.#order = new BatchOrder(options.train.length, options.batchSize, options.seed);
  }

  get trainCount(): number {
    return this.options.train.length;
  }

  get evaluationCount(): number {
    return this.options.evaluation.length;
  }

  get batchesPerEpoch(): number {
    return this.#order.batchesPerEpoch;
  }

  /** Where training stands, for a checkpoint. */
  get state(): OrderState {
    return { batches: this.#batches };
  }

  set state(state: OrderState) {
    this.#batches = batchesOf(state);
  }

  /** The next `batchSize` texts of the epoch; a rest that fills no batch waits for another epoch. */
  trainBatch(): TextBatch {
    const { first, order } = this.#order.at(this.#batches++);
    return this.#batch(this.options.train, order.subarray(first, first + this.batchSize));
  }

  /**
   * The texts to evaluate on in order, the same on every call; the last batch may be smaller.
   *
   * @param limit at most this many, spread evenly. Default: all
   */
  *evalBatches(limit?: number): Generator<TextBatch> {
    const { evaluation } = this.options;
    for (const indices of evaluationIndices(evaluation.length, this.batchSize, limit)) {
      yield this.#batch(evaluation, indices);
    }
  }

  #batch(examples: readonly TextExample[], indices: Int32Array): TextBatch {
    const { tokenizer, maxLength, truncation = 'longest_first', labels } = this.options;
    const chosen = Array.from(indices, (index) => examples[index]!);
    const texts = chosen.map(({ text }) => text);
    const encoded = tokenizer.encodeBatch(texts, { maxLength, truncation, padToMultipleOf: this.#bucket });
    const values = chosen.map(({ label }) => label!);
    return {
      ...(encoded.shape[1] <= maxLength ? encoded : trimmed(encoded, maxLength)),
      labels: labels === null ? Float32Array.from(values) : Int32Array.from(values),
      batch: chosen.length,
    };
  }
}

/** The first `length` columns: the last bucket ends where the model does, and beyond there is padding alone. */
function trimmed(batch: EncodedBatch, length: number): EncodedBatch {
  const [rows, old] = batch.shape;
  const cut = (values: Int32Array) => {
    const out = new Int32Array(rows * length);
    for (let row = 0; row < rows; row++) out.set(values.subarray(row * old, row * old + length), row * length);
    return out;
  };
  return {
    inputIds: cut(batch.inputIds),
    attentionMask: cut(batch.attentionMask),
    tokenTypeIds: cut(batch.tokenTypeIds),
    lengths: batch.lengths,
    shape: [rows, length],
  };
}

function checkLabels(what: string, examples: readonly TextExample[], labels: readonly string[] | null): void {
  for (const [index, { label }] of examples.entries()) {
    const ok =
      labels === null ? Number.isFinite(label) : Number.isInteger(label) && label! >= 0 && label! < labels.length;
    if (!ok) {
      const want = labels === null ? 'a number' : `a class 0..${labels.length - 1}`;
      throw new Error(`texts: the label of example ${index} of those ${what} is ${label}; want ${want}`);
    }
  }
}
