// Byte-pair encoding of one word (Sennrich et al. 2016): again and again the pair of neighbours that was learned first becomes one.
// Ours rather than the library's: it works on ids instead of strings made anew at each look-up, which takes a fifth of the
// time, and it does not lose a byte that the vocabulary lacks without a word.
import { KnownWords } from '../known-words.ts';
import { BYTE_CHARACTERS, bytesToText } from './byte-alphabet.ts';

/** Pairs of ids as one number, exact below 2^53. */
const PAIR = 2 ** 26;
/** Rank and place as one number; a word is shorter than this. */
const PLACE = 2 ** 31;

export class BpeModel {
  readonly #byteIds = new Int32Array(256);
  readonly #rankOf = new Map<number, number>();
  readonly #merged: Int32Array;
  readonly #known = new KnownWords();
  readonly #whole: ReadonlyMap<string, number> | undefined;
  readonly #utf8 = new TextEncoder();
  #heap: number[] = [];

  /**
   * @param vocabulary tokens, bytes written as {@link BYTE_CHARACTERS}
   * @param merges pairs of tokens, the first to be applied first
   * @param unk stands for bytes that are no token; without it they are an error
   * @param ignoreMerges take a word that is a token as that, whatever the merges make of it
   * @throws Error when a merge is of tokens, or makes one, that the vocabulary lacks
   */
  constructor(
    vocabulary: ReadonlyMap<string, number>,
    merges: readonly (readonly [string, string])[],
    { unk, ignoreMerges = false }: { readonly unk?: number | undefined; readonly ignoreMerges?: boolean } = {},
  ) {
    this.#whole = ignoreMerges ? vocabulary : undefined;
    BYTE_CHARACTERS.forEach((character, byte) => {
      this.#byteIds[byte] = vocabulary.get(character) ?? unk ?? -1;
    });
    this.#merged = new Int32Array(merges.length);
    merges.forEach(([left, right], rank) => {
      const id = (token: string) => {
        const found = vocabulary.get(token);
        if (found === undefined)
          throw new Error(
            `BPE: merge ${rank + 1} is ${JSON.stringify(`${left} ${right}`)}, but ${JSON.stringify(token)} is not in the vocabulary`,
          );
        return found;
      };
      const pair = id(left) * PAIR + id(right);
      this.#merged[rank] = id(left + right);
      if (!this.#rankOf.has(pair)) this.#rankOf.set(pair, rank);
    });
  }

  /** Ids of a word. @throws Error when it has a byte that the vocabulary lacks, and there is no unknown token */
  encode(word: string): Int32Array {
    const known = this.#known.get(word);
    if (known) return known;
    const bytes = this.#utf8.encode(word);
    const whole = this.#whole?.get(bytesToText(bytes));
    const ids = whole === undefined ? this.#merge(bytes) : Int32Array.of(whole);
    this.#known.set(word, ids);
    return ids;
  }

  #merge(bytes: Uint8Array): Int32Array {
    const n = bytes.length;
    const ids = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const id = this.#byteIds[bytes[i]!]!;
      if (id < 0) {
        const byte = bytes[i]!.toString(16).padStart(2, '0');
        throw new Error(`BPE: byte 0x${byte} has no token in the vocabulary, and there is no unknown token`);
      }
      ids[i] = id;
    }
    if (n < 2) return ids;
    const before = Int32Array.from(ids, (_, i) => i - 1);
    const after = Int32Array.from(ids, (_, i) => i + 1);
    this.#heap.length = 0;
    for (let i = 0; i + 1 < n; i++) this.#offer(ids[i]!, ids[i + 1]!, i);
    for (let key = this.#pop(); key >= 0; key = this.#pop()) {
      const place = key % PLACE;
      const rank = (key - place) / PLACE;
      const next = after[place]!;
      // The pair may be gone by now, or another one stand here.
      if (ids[place]! < 0 || next >= n || this.#rankOf.get(ids[place]! * PAIR + ids[next]!) !== rank) continue;
      ids[place] = this.#merged[rank]!;
      ids[next] = -1;
      const beyond = after[next]!;
      after[place] = beyond;
      if (beyond < n) {
        before[beyond] = place;
        this.#offer(ids[place]!, ids[beyond]!, place);
      }
      const earlier = before[place]!;
      if (earlier >= 0) this.#offer(ids[earlier]!, ids[place]!, earlier);
    }
    return ids.filter((id) => id >= 0);
  }

  /** Puts a pair of neighbours on the heap, if it can be merged. */
  #offer(left: number, right: number, place: number): void {
    const rank = this.#rankOf.get(left * PAIR + right);
    if (rank === undefined) return;
    const key = rank * PLACE + place;
    const heap = this.#heap;
    let at = heap.length;
    heap.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! <= key) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = key;
  }

  /** Takes the pair of the lowest rank, of equal ones the leftmost; -1 when there is none. */
  #pop(): number {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined) return -1;
    if (heap.length === 0) return last;
    const top = heap[0]!;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= last) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
