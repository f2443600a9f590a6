// Ids and offsets as they come, in arrays that grow: a text's number of tokens is not known beforehand.
import type { Pieces } from './pieces.ts';

export class PieceList {
  #ids = new Int32Array(64);
  #offsets: Int32Array | undefined;
  #count = 0;

  /** @param expected about how many pieces there will be */
  constructor(offsets: boolean, expected = 64) {
    this.#ids = new Int32Array(Math.max(64, expected));
    if (offsets) this.#offsets = new Int32Array(2 * this.#ids.length);
  }

  get hasOffsets(): boolean {
    return this.#offsets !== undefined;
  }

  add(id: number, start: number, end: number): void {
    if (this.#count === this.#ids.length) this.#grow();
    if (this.#offsets) {
      this.#offsets[2 * this.#count] = start;
      this.#offsets[2 * this.#count + 1] = end;
    }
    this.#ids[this.#count++] = id;
  }

  #grow(): void {
    const grown = (old: Int32Array) => {
      const next = new Int32Array(2 * old.length);
      next.set(old);
      return next;
    };
    this.#ids = grown(this.#ids);
    if (this.#offsets) this.#offsets = grown(this.#offsets);
  }

  /** What was added, in arrays of their own. */
  done(): Pieces {
    const ids = this.#ids.slice(0, this.#count);
    return this.#offsets ? { ids, offsets: this.#offsets.slice(0, 2 * this.#count) } : { ids };
  }
}
