// Words whose pieces are known already, as most of a text are; what it keeps is bounded, whatever the texts are.
import { copyOf } from './copy-of.ts';

/** Longer words are not kept, in UTF-16 units: they hardly come twice. */
const LONGEST = 64;
const MOST = 1 << 16;

export class KnownWords {
  readonly #ids = new Map<string, Int32Array>();

  get(word: string): Int32Array | undefined {
    return this.#ids.get(word);
  }

  set(word: string, ids: Int32Array): void {
    if (word.length > LONGEST) return;
    if (this.#ids.size >= MOST) this.#ids.clear();
    this.#ids.set(copyOf(word), ids);
  }
}
