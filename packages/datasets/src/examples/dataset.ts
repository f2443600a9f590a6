// Labelled examples held in memory: shuffled training batches and an evaluation in order.
import { Rng } from '../rng.ts';
import { type ExampleBatch, valuesOf } from './batch.ts';
import { BatchOrder, batchesOf, exampleRng, type OrderState } from './order.ts';
import type { ExampleList, ExampleSource } from './source.ts';

/** Changes a whole training batch, such as `mixup`; `classes` is how many there are. */
export type BatchTransform = (batch: ExampleBatch, classes: number, rng: Rng) => ExampleBatch;

export interface DatasetOptions<Source extends ExampleList> {
  readonly train: Source;
  /** With the same classes and shape; read with random numbers that are the same every time. */
  readonly evaluation: Source;
  readonly batchSize: number;
  readonly seed: number;
  /** Of training batches alone. */
  readonly batchTransform?: BatchTransform;
}

/**
 * Batches from memory. Which examples a batch has, and every random number about them, follow from the seed and from how
 * many batches came before: `state` is that number.
 */
export class ExampleDataset {
  readonly options: DatasetOptions<ExampleSource>;
  readonly classes: readonly string[];
  readonly shape: readonly number[];
  readonly batchSize: number;
  readonly #order: BatchOrder;
  #batches = 0;

  /** @throws Error naming the option that does not fit */
  constructor(options: DatasetOptions<ExampleSource>) {
    checkSources(options);
    this.options = options;
    this.classes = options.train.classes;
    this.shape = options.train.shape;
    this.batchSize = options.batchSize;
    this.#order = new BatchOrder(options.train.labels.length, options.batchSize, options.seed);
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
  }

  trainBatch(): ExampleBatch {
    const { train, seed, batchTransform } = this.options;
    const number = this.#batches++;
    const { epoch, first, order } = this.#order.at(number);
    const indices = order.subarray(first, first + this.batchSize);
    const batch = gather(train, indices, (index) => train.read(index, exampleRng(seed, epoch, index)));
    return batchTransform?.(batch, this.classes.length, new Rng(seed, `examples/batch/${number}`)) ?? batch;
  }

  /**
   * The evaluation's examples in order, the same on every call; the last batch may be smaller.
   *
   * @param limit at most this many, spread evenly. Default: all
   */
  *evalBatches(limit?: number): Generator<ExampleBatch> {
    const { evaluation, seed } = this.options;
    for (const indices of evaluationIndices(this.evaluationCount, this.batchSize, limit)) {
      yield gather(evaluation, indices, (index) => evaluation.read(index, exampleRng(seed, 'evaluation', index)));
    }
  }
}

function gather(
  { labels, shape }: ExampleSource,
  indices: Int32Array,
  read: (index: number) => Float32Array,
): ExampleBatch {
  return assemble(
    shape,
    Array.from(indices, (index) => ({ label: labels[index]!, values: read(index) })),
  );
}

/** @throws Error at an example of another size than the shape's */
export function assemble(
  shape: readonly number[],
  examples: readonly { readonly label: number; readonly values: Float32Array }[],
): ExampleBatch {
  const size = valuesOf(shape);
  const inputs = new Float32Array(examples.length * size);
  for (const [row, { values }] of examples.entries()) {
    if (values.length !== size) {
      throw new Error(`examples: one has ${values.length} values; want ${size}, those of [${shape.join(', ')}]`);
    }
    inputs.set(values, row * size);
  }
  return { inputs, shape, labels: Int32Array.from(examples, ({ label }) => label), batch: examples.length };
}

/** @throws Error unless the limit is at least 1 */
export function* evaluationIndices(count: number, batchSize: number, limit = count): Generator<Int32Array> {
  if (!(limit >= 1)) throw new Error(`examples: the limit of an evaluation is ${limit}; want at least 1`);
  const wanted = Math.min(count, Math.floor(limit));
  for (let first = 0; first < wanted; first += batchSize) {
    const batch = Math.min(batchSize, wanted - first);
    yield Int32Array.from({ length: batch }, (_, row) => Math.floor(((first + row) * count) / wanted));
  }
}

/** @throws Error when there is nothing to evaluate on, a label has no class, or both sources are not of a kind */
export function checkSources({ train, evaluation }: DatasetOptions<ExampleList>): void {
  if (evaluation.labels.length === 0) throw new Error('examples: there are none to evaluate on');
  const [a, b] = [JSON.stringify(train.shape), JSON.stringify(evaluation.shape)];
  if (a !== b) throw new Error(`examples: those to learn from have the shape ${a}, those to evaluate on ${b}`);
  if (JSON.stringify(train.classes) !== JSON.stringify(evaluation.classes)) {
    const list = ({ classes }: ExampleList) => (classes.length > 12 ? `${classes.length}` : classes.join(', '));
    throw new Error(`examples: the classes to learn (${list(train)}) are not those to evaluate (${list(evaluation)})`);
  }
  for (const { labels, classes } of [train, evaluation]) {
    const at = labels.findIndex((label) => label < 0 || label >= classes.length);
    if (at >= 0) throw new Error(`examples: label ${at} is ${labels[at]}; want 0..${classes.length - 1}`);
  }
}
