// The memory in which workers add up their gradients: a slot for each, the sum, and a barrier, in one SharedArrayBuffer.
//
// A sum takes two barriers. Each rank fills its slot; when all have, each adds up a slice of the vector over all slots
// (reduce-scatter: the work of adding is shared); when all have, everybody reads the whole sum. A slot may be filled again
// after the second barrier, because nobody reads slots after it; the sum is written again only after the next first
// barrier, which nobody passes before everybody has read the last one.

/** Words of the barrier: workers that have arrived, and barriers passed. */
const ARRIVED = 0;
const PASSED = 1;
/** Bytes of a cache line. The barrier has one of its own, and slices end where one does. */
const LINE = 64;

/** A barrier, as a worker that has arrived there sees it. */
export interface Arrival {
  /** Whether this worker was the last to come, which opens the barrier. */
  readonly last: boolean;
  readonly isOpen: () => boolean;
  /** Blocks the thread until the barrier is open. */
  readonly block: () => void;
}

export class SharedSum {
  readonly rank: number;
  readonly size: number;
  readonly #words: Int32Array;
  readonly #slots: readonly Float32Array[];
  readonly #sum: Float32Array;

  /**
   * Memory for `size` workers that add up vectors of `length` float32 values.
   *
   * @throws Error where threads cannot share memory
   */
  static allocate(size: number, length: number): SharedArrayBuffer {
    if (typeof SharedArrayBuffer === 'undefined') {
      throw new Error(
        'parallel training needs SharedArrayBuffer, which a page has only when it is cross-origin isolated ' +
          '(Cross-Origin-Opener-Policy: same-origin, Cross-Origin-Embedder-Policy: require-corp)',
      );
    }
    return new SharedArrayBuffer(LINE + 4 * (size + 1) * length);
  }

  /** One worker's view of memory that {@link allocate} made for as many workers. */
  constructor(buffer: SharedArrayBuffer, rank: number, size: number) {
    this.rank = rank;
    this.size = size;
    const length = (buffer.byteLength - LINE) / (4 * (size + 1));
    const vector = (index: number) => new Float32Array(buffer, LINE + 4 * index * length, length);
    this.#words = new Int32Array(buffer, 0, 2);
    this.#slots = Array.from({ length: size }, (_, index) => vector(index));
    this.#sum = vector(size);
  }

  /** This worker's slot in pieces of these sizes, to be filled. @throws Error when they are not as long as the vector */
  slotsOf(sizes: readonly number[]): Float32Array[] {
    const slot = this.#slots[this.rank]!;
    const length = sizes.reduce((total, size) => total + size, 0);
    if (length !== slot.length) {
      throw new Error(`a worker contributes ${length} values; want ${slot.length}, as many as the leader's model has`);
    }
    return cut(slot, sizes);
  }

  /** Adds up this worker's slice over all slots, first to last: every value is computed once, by one worker. */
  addSlice(): void {
    const sum = this.#sum;
    const lines = Math.ceil((4 * sum.length) / LINE);
    const border = (rank: number) => Math.min(sum.length, (Math.floor((rank * lines) / this.size) * LINE) / 4);
    const begin = border(this.rank);
    const end = border(this.rank + 1);
    sum.set(this.#slots[0]!.subarray(begin, end), begin);
    for (const slot of this.#slots.slice(1)) {
      for (let i = begin; i < end; i++) sum[i]! += slot[i]!;
    }
  }

  /** The sum in pieces of these sizes. They are shared memory, and hold until this worker's next first barrier. */
  sumsOf(sizes: readonly number[]): Float32Array[] {
    return cut(this.#sum, sizes);
  }

  /** The ranks whose contribution to the last sum holds a NaN or an infinity. */
  notFinite(): number[] {
    return this.#slots.flatMap((slot, rank) => (slot.every(Number.isFinite) ? [] : [rank]));
  }

  /** Says that this worker has come to the barrier. */
  arrive(): Arrival {
    const words = this.#words;
    const passed = Atomics.load(words, PASSED);
    const last = Atomics.add(words, ARRIVED, 1) === this.size - 1;
    if (last) {
      Atomics.store(words, ARRIVED, 0);
      Atomics.add(words, PASSED, 1);
      Atomics.notify(words, PASSED);
    }
    const isOpen = () => Atomics.load(words, PASSED) !== passed;
    const block = () => {
      while (!isOpen()) Atomics.wait(words, PASSED, passed);
    };
    return { last, isOpen, block };
  }
}

function cut(vector: Float32Array, sizes: readonly number[]): Float32Array[] {
  let offset = 0;
  return sizes.map((size) => {
    offset += size;
    return vector.subarray(offset - size, offset);
  });
}
