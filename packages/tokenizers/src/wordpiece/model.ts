// WordPiece of one word (Wu et al. 2016): from the left, always the longest piece that the vocabulary has.
// Ours rather than the library's: it keeps words that it has seen and tries no piece that is longer than any, which takes a
// fraction of the time, and its pieces come with their lengths, which offsets need.
import { KnownWords } from '../known-words.ts';

export interface WordPieceSettings {
  /** Id of what stands for a word that cannot be pieced together. */
  readonly unk: number;
  /** Marks a piece that goes on with a word; `##`. */
  readonly prefix: string;
  /** Longer words are unknown; in characters. */
  readonly maxInputCharsPerWord: number;
}

export class WordPieceModel {
  readonly settings: WordPieceSettings;
  readonly #begin = new Map<string, number>();
  readonly #goOn = new Map<string, number>();
  readonly #longestBegin: number;
  readonly #longestGoOn: number;
  readonly #known = new KnownWords();
  readonly #unknown: Int32Array;

  constructor(vocabulary: ReadonlyMap<string, number>, settings: WordPieceSettings) {
    this.settings = settings;
    const { prefix } = settings;
    let longestBegin = 0;
    let longestGoOn = 0;
    for (const [token, id] of vocabulary) {
      this.#begin.set(token, id);
      longestBegin = Math.max(longestBegin, token.length);
      if (!token.startsWith(prefix)) continue;
      this.#goOn.set(token.slice(prefix.length), id);
      longestGoOn = Math.max(longestGoOn, token.length - prefix.length);
    }
    this.#longestBegin = longestBegin;
    this.#longestGoOn = longestGoOn;
    this.#unknown = Int32Array.of(settings.unk);
  }

  /** Ids of a word's pieces; the unknown token alone for a word that has none. */
  encode(word: string): Int32Array {
    const known = this.#known.get(word);
    if (known) return known;
    const ids = this.#pieces(word);
    this.#known.set(word, ids);
    return ids;
  }

  #pieces(word: string): Int32Array {
    const { maxInputCharsPerWord } = this.settings;
    if (word.length > maxInputCharsPerWord && [...word].length > maxInputCharsPerWord) return this.#unknown;
    const ids: number[] = [];
    let start = 0;
    while (start < word.length) {
      const tokens = start === 0 ? this.#begin : this.#goOn;
      let end = Math.min(word.length, start + (start === 0 ? this.#longestBegin : this.#longestGoOn));
      let id: number | undefined;
      for (; end > start; end--) {
        id = tokens.get(word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) return this.#unknown;
      ids.push(id);
      start = end;
    }
    return Int32Array.from(ids);
  }
}
