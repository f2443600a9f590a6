// Multi-query associative recall (Arora et al. 2023, "Zoology", section 4 and appendix): what recall is in real text, where many
// keys are asked for, most of them soon after they were seen and some long after. Fresh sequences from a seed.
import { IGNORED } from './masking.ts';
import { Rng, type RngState } from './rng.ts';

export interface MqarOptions {
  /** Tokens a sequence; even, at least 4 for each pair. */
  readonly length: number;
  /** Keys are 1..V/2-1, values V/2..V-1; 0 is never a key or a value. Even. Default 8192. */
  readonly vocabSize?: number;
  /** Pairs of key and value a sequence, each of them asked for once. Default length / 8 (the paper's 8 of 64, 16 of 128, ...). */
  readonly pairs?: number;
  /** Exponent a of the gaps: a query comes at the i-th place with a chance in proportion to i^(a - 1). Default 0.01. */
  readonly power?: number;
  /** What stands between the queries: tokens at random, or 0. Default true. */
  readonly randomFill?: boolean;
  readonly batchSize: number;
  readonly seed: number;
  /** Streams of different names are independent under one seed. Default `train`. */
  readonly stream?: string;
}

export interface MqarBatch {
  /** int32 [batch * length], row-major */
  readonly ids: Int32Array;
  /** int32 [batch * length]: at a query the value of its key, {@link IGNORED} elsewhere */
  readonly labels: Int32Array;
  /** int32 [batch * pairs], ascending: flat indices of the queries */
  readonly queryPositions: Int32Array;
  /** int32 [batch * pairs]: the values there */
  readonly queryLabels: Int32Array;
  readonly batch: number;
  readonly length: number;
}

/**
 * An endless, reproducible supply of MQAR batches.
 *
 * A sequence begins with its `pairs`: distinct keys, distinct values. Each key is asked for once in what follows, at every
 * other place, where the answer is not given: places are drawn without replacement, early ones more likely by a power law.
 */
export class MqarGenerator {
  readonly options: Required<MqarOptions>;
  readonly #rng: Rng;
  /** -1 / weight of each place. */
  readonly #scale: Float64Array;

  /** @throws Error naming the option that does not fit */
  constructor(options: MqarOptions) {
    const { length, vocabSize = 8192, power = 0.01 } = options;
    const pairs = options.pairs ?? Math.max(1, Math.floor(length / 8));
    whole('length', length, 4);
    if (length % 2 !== 0)
      throw new Error(`MQAR: length is ${length}; want an even one (places are for a key and its value)`);
    whole('pairs', pairs, 1);
    if (4 * pairs > length)
      throw new Error(`MQAR: pairs is ${pairs}; a length of ${length} holds at most ${Math.floor(length / 4)}`);
    whole('vocabSize', vocabSize, 4);
    if (vocabSize % 2 !== 0)
      throw new Error(`MQAR: vocabSize is ${vocabSize}; want an even one (half keys, half values)`);
    if (pairs > vocabSize / 2 - 1)
      throw new Error(`MQAR: vocabSize ${vocabSize} has ${vocabSize / 2 - 1} keys; want at least ${pairs}, one a pair`);
    if (!(power > 0 && power < Number.POSITIVE_INFINITY))
      throw new Error(`MQAR: power is ${power}; want a number above 0`);
    whole('batchSize', options.batchSize, 1);
    this.options = { stream: 'train', randomFill: true, ...options, vocabSize, power, pairs };
    this.#rng = new Rng(options.seed, `mqar/${this.options.stream}`);
    this.#scale = Float64Array.from({ length: (length - 2 * pairs) / 2 }, (_, i) => -1 / (i + 1) ** (power - 1));
  }

  /** Where the generator stands, for a checkpoint. */
  get state(): RngState {
    return this.#rng.state;
  }

  set state(state: RngState) {
    this.#rng.state = state;
  }

  /** The next `batch` sequences (default: `batchSize`). */
  next(batch = this.options.batchSize): MqarBatch {
    const { length, vocabSize, pairs, randomFill } = this.options;
    const rng = this.#rng;
    const half = vocabSize / 2;
    const ids = new Int32Array(batch * length);
    const labels = new Int32Array(batch * length).fill(IGNORED);
    const queryPositions = new Int32Array(batch * pairs);
    for (let row = 0; row < batch; row++) {
      const begin = row * length;
      const keys = distinct(pairs, half - 1, rng).map((key) => key + 1);
      const values = distinct(pairs, half, rng).map((value) => value + half);
      for (let pair = 0; pair < pairs; pair++) {
        ids[begin + 2 * pair] = keys[pair]!;
        ids[begin + 2 * pair + 1] = values[pair]!;
      }
      if (randomFill) for (let t = 2 * pairs; t < length; t++) ids[begin + t] = rng.integer(vocabSize);
      const places = this.#places();
      for (let pair = 0; pair < pairs; pair++) {
        const at = begin + 2 * pairs + 2 * places[pair]!;
        ids[at] = keys[pair]!;
        labels[at] = values[pair]!;
        queryPositions[row * pairs + pair] = at;
      }
    }
    queryPositions.sort();
    return { ids, labels, queryPositions, queryLabels: queryPositions.map((at) => labels[at]!), batch, length };
  }

  /**
   * For each pair its place, drawn one after the other without replacement by the weights: those of the smallest
   * exponentially distributed times with the weights as rates, in their order (Efraimidis and Spirakis 2006).
   */
  #places(): number[] {
    const times = this.#scale.map((scale) => scale * Math.log(1 - this.#rng.uniform()));
    const order = Array.from(times, (_, place) => place).sort((a, b) => times[a]! - times[b]! || a - b);
    return order.slice(0, this.options.pairs);
  }
}

/** {@link MqarGenerator} as a function. */
export function mqarBatches(options: MqarOptions): MqarGenerator {
  return new MqarGenerator(options);
}

/** So many distinct integers in 0..bound-1, in a random order: the first of a shuffle whose rest is never made. */
function distinct(count: number, bound: number, rng: Rng): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, i) => {
    const j = i + rng.integer(bound - i);
    const drawn = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    return drawn;
  });
}

function whole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new Error(`MQAR: ${name} is ${value}; want an integer of at least ${least}`);
}
