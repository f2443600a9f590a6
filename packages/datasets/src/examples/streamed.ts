// Labelled examples too many for memory: read and decoded as they are needed, a little ahead of whoever learns from them.
import { Rng } from '../rng.ts';
import type { ExampleBatch } from './batch.ts';
import { assemble, checkSources, type DatasetOptions, evaluationIndices } from './dataset.ts';
import { BatchOrder, batchesOf, exampleRng, type OrderState } from './order.ts';
import type { StreamedSource } from './source.ts';

export interface StreamOptions extends DatasetOptions<StreamedSource> {
  /** Batches that are read before they are asked for. Default 2. */
  readonly ahead?: number;
}

/**
 * What `ExampleDataset` is to memory: the same batches for the same seed, as promises. `state` counts the batches that were
 * given; those read ahead do not count. An example that cannot be read gives its place to the one after it in that epoch's
 * order; in an evaluation it is left out.
 */
export class StreamedDataset {
  readonly options: StreamOptions;
  readonly classes: readonly string[];
  readonly shape: readonly number[];
  readonly batchSize: number;
  readonly #order: BatchOrder;
  readonly #ahead: number;
  readonly #pending = new Map<number, Promise<ExampleBatch>>();
  #batches = 0;

  /** @throws Error naming the option that does not fit */
  constructor(options: StreamOptions) {
    checkSources(options);
    const { ahead = 2 } = options;
    if (!Number.isInteger(ahead) || ahead < 0) {
      throw new Error(`examples: ahead is ${ahead}; want an integer of at least 0`);
    }
    this.options = options;
    this.classes = options.train.classes;
    this.shape = options.train.shape;
    this.batchSize = options.batchSize;
    this.#order = new BatchOrder(options.train.labels.length, options.batchSize, options.seed);
    this.#ahead = ahead;
  }

  get trainCount(): number {
    return this.options.train.labels.length;
  }

  get evaluationCount(): number {
    return this.options.evaluation.labels.length;
  }

  get batchesPerEpoch(): number {
    return this.#order.batchesPerEpoch;
  }

  get state(): OrderState {
    return { batches: this.#batches };
  }

  set state(state: OrderState) {
    this.#batches = batchesOf(state);
    this.#pending.clear();
  }

  /** @throws whatever the source throws for an example of this batch; the next call then tries the same batch again */
  async trainBatch(): Promise<ExampleBatch> {
    const number = this.#batches++;
    for (let next = number; next <= number + this.#ahead; next++) {
      if (this.#pending.has(next)) continue;
      const batch = this.#read(next);
      // Its error is that of the call that asks for it, which may come later than the error.
      batch.catch(() => {});
      this.#pending.set(next, batch);
    }
    const batch = this.#pending.get(number)!;
    this.#pending.delete(number);
    try {
      return await batch;
    } catch (error) {
      this.#batches = number;
      this.#pending.clear();
      throw error;
    }
  }

  /**
   * The evaluation's examples in order, the same on every call; a batch is smaller by those that cannot be read.
   *
   * @param limit at most this many, spread evenly. Default: all
   */
  async *evalBatches(limit?: number): AsyncGenerator<ExampleBatch> {
    const { evaluation, seed } = this.options;
    const read = (indices: Int32Array) =>
      Promise.all(Array.from(indices, (index) => readOne(evaluation, index, exampleRng(seed, 'evaluation', index))));
    let before: ReturnType<typeof read> | undefined;
    const give = async (reading: ReturnType<typeof read>) =>
      assemble(
        this.shape,
        (await reading).filter((example) => example !== null),
      );
    for (const indices of evaluationIndices(this.evaluationCount, this.batchSize, limit)) {
      const reading = read(indices);
      reading.catch(() => {});
      if (before) {
        const batch = await give(before);
        if (batch.batch > 0) yield batch;
      }
      before = reading;
    }
    const batch = await give(before!);
    if (batch.batch > 0) yield batch;
  }

  async #read(number: number): Promise<ExampleBatch> {
    const { train, seed, batchTransform } = this.options;
    const { epoch, first, order } = this.#order.at(number);
    const one = async (place: number) => {
      for (let tried = 0; tried < order.length; tried++) {
        const index = order[(place + tried) % order.length]!;
        const example = await readOne(train, index, exampleRng(seed, epoch, index));
        if (example) return example;
      }
      throw new Error(`examples: none of the ${order.length} to learn from can be read`);
    };
    const examples = await Promise.all(Array.from({ length: this.batchSize }, (_, row) => one(first + row)));
    const batch = assemble(this.shape, examples);
    return batchTransform?.(batch, this.classes.length, new Rng(seed, `examples/batch/${number}`)) ?? batch;
  }
}

async function readOne(source: StreamedSource, index: number, rng: Rng) {
  const values = await source.read(index, rng);
  return values && { label: source.labels[index]!, values };
}
