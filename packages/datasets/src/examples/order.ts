// Which examples make which batch: a shuffle for each epoch that depends on the seed and the epoch alone, so that a run
// can go on from any batch without drawing those before it.
import { shuffled } from '../random.ts';
import { Rng } from '../rng.ts';

/** 0 to count - 1 in an order of that epoch's own. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  return shuffled(count, new Rng(seed, `examples/order/${epoch}`));
}

/** The random numbers of one example in one epoch, whoever reads it and when. */
export function exampleRng(seed: number, epoch: number | 'evaluation', index: number): Rng {
  return new Rng(seed, `examples/${epoch}/${index}`);
}

/** How many batches have been given, as plain JSON for a checkpoint. */
export interface OrderState {
  readonly batches: number;
}

/** The endless row of training batches: whole ones alone, so an epoch leaves out a rest, another one each time. */
export class BatchOrder {
  readonly count: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly batchesPerEpoch: number;
  #epoch = -1;
  #order: Int32Array = new Int32Array(0);

  /** @throws Error naming what does not fit */
  constructor(count: number, batchSize: number, seed: number) {
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new Error(`examples: batchSize is ${batchSize}; want an integer of at least 1`);
    }
    if (count < batchSize) {
      throw new Error(`examples: batchSize is ${batchSize}, but there are ${count} examples to learn from`);
    }
    this.count = count;
    this.batchSize = batchSize;
    this.seed = seed;
    this.batchesPerEpoch = Math.floor(count / batchSize);
  }

  /** The epoch of a batch, the place of its first example in that epoch's order, and the order. */
  at(batch: number): { readonly epoch: number; readonly first: number; readonly order: Int32Array } {
    const epoch = Math.floor(batch / this.batchesPerEpoch);
    if (epoch !== this.#epoch) {
      this.#order = epochOrder(this.count, this.seed, epoch);
      this.#epoch = epoch;
    }
    return { epoch, first: (batch % this.batchesPerEpoch) * this.batchSize, order: this.#order };
  }
}

/** @throws Error unless the state is that of {@link OrderState} */
export function batchesOf(state: unknown): number {
  const batches = (state as Partial<OrderState> | null)?.batches;
  if (!Number.isSafeInteger(batches) || batches! < 0) {
    throw new Error(`examples: the state is ${JSON.stringify(state)}; want {batches}, an integer of at least 0`);
  }
  return batches!;
}
