// Associative recall, the in-context-learning task of the Orchid paper (its section 4.1): fresh sequences from a seed.
import { type RecallVocabulary, recallVocabulary } from './recall-vocabulary.ts';
import { Rng, type RngState } from './rng.ts';

export interface RecallOptions {
  /** Tokens a sequence, `=>` and the query included; at least 4. */
  readonly length: number;
  /** Even, at least 6. */
  readonly vocabSize: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Streams of different names are independent under one seed. Default `train`. */
  readonly stream?: string;
}

export interface RecallBatch {
  /** int32 [batch * length], row-major */
  readonly ids: Int32Array;
  /** int32 [batch]: the value of the query key */
  readonly labels: Int32Array;
  readonly batch: number;
  readonly length: number;
}

/**
 * An endless, reproducible supply of recall batches.
 *
 * A sequence of `length` L draws a fresh map key → value (every key's value uniform and independent), then lays down
 * floor((L - 2) / 2) random pairs under that map, `=>`, and the query, uniform among the keys that occurred: L tokens in
 * all. An odd L starts with one `.`. The label is the query's value; chance is 2 / (V - 2).
 */
export class RecallGenerator {
  readonly options: Required<RecallOptions>;
  readonly vocabulary: RecallVocabulary;
  readonly #rng: Rng;

  /** @throws Error naming the option that does not fit */
  constructor(options: RecallOptions) {
    this.vocabulary = recallVocabulary(options.vocabSize);
    if (!Number.isInteger(options.length) || options.length < 4) {
      throw new Error(
        `recall: length is ${options.length}; want an integer of at least 4 (one key, its value, => and the query)`,
      );
    }
    if (!Number.isInteger(options.batchSize) || options.batchSize < 1) {
      throw new Error(`recall: batchSize is ${options.batchSize}; want an integer of at least 1`);
    }
    this.options = { stream: 'train', ...options };
    this.#rng = new Rng(options.seed, `recall/${this.options.stream}`);
  }

  /** Where the generator stands, for a checkpoint. */
  get state(): RngState {
    return this.#rng.state;
  }

  set state(state: RngState) {
    this.#rng.state = state;
  }

  /** The next `batch` sequences (default: `batchSize`). */
  next(batch = this.options.batchSize): RecallBatch {
    const { length } = this.options;
    const { keys, prefix, noop } = this.vocabulary;
    const rng = this.#rng;
    const ids = new Int32Array(batch * length);
    const labels = new Int32Array(batch);
    const valueFor = new Int32Array(keys);
    const pairs = (length - 2) >> 1;
    const occurred = new Uint8Array(keys);
    for (let row = 0; row < batch; row++) {
      for (let key = 0; key < keys; key++) valueFor[key] = keys + rng.integer(keys);
      occurred.fill(0);
      let distinct = 0;
      let at = row * length;
      if (length % 2 === 1) ids[at++] = noop;
      for (let pair = 0; pair < pairs; pair++) {
        const key = rng.integer(keys);
        if (occurred[key] === 0) distinct++;
        occurred[key] = 1;
        ids[at++] = key;
        ids[at++] = valueFor[key]!;
      }
      let rank = rng.integer(distinct);
      let query = 0;
      while (occurred[query] === 0 || rank-- > 0) query++;
      ids[at++] = prefix;
      ids[at] = query;
      labels[row] = valueFor[query]!;
    }
    return { ids, labels, batch, length };
  }
}

/** {@link RecallGenerator} as a function. */
export function recallBatches(options: RecallOptions): RecallGenerator {
  return new RecallGenerator(options);
}
