// BERT's basic tokens: the normalised words of a text and its punctuation, with the places that they come from.
import { ALONE, type BertNormalization, BLANK, CharacterTable, DROPPED, LETTER } from './characters.ts';

/** Where each UTF-16 unit of a word comes from; null when unit j comes from `start + j`. */
export type Sources = { readonly starts: readonly number[]; readonly ends: readonly number[] } | null;

/** A word of `text.slice(start, end)`. */
export type VisitWord = (word: string, start: number, end: number, sources: Sources) => void;

export class BertWords {
  readonly #table: CharacterTable;
  readonly #lowercase: boolean;

  constructor(normalization: BertNormalization) {
    this.#table = new CharacterTable(normalization);
    this.#lowercase = normalization.lowercase;
  }

  /** Visits the words of `text.slice(start, end)` in order. */
  scan(text: string, start: number, end: number, visit: VisitWord): void {
    const { ascii } = this.#table;
    // A run of ASCII is cut out of the text at once; whatever else a word has goes through `mixed`.
    let run = -1;
    let mixed: { text: string; starts: number[]; ends: number[] } | null = null;
    const cut = (to: number) => {
      const slice = text.slice(run, to);
      return this.#lowercase ? slice.toLowerCase() : slice;
    };
    const join = (to: number) => {
      mixed ??= { text: '', starts: [], ends: [] };
      if (run < 0) return mixed;
      mixed.text += cut(to);
      for (let i = run; i < to; i++) {
        mixed.starts.push(i);
        mixed.ends.push(i + 1);
      }
      run = -1;
      return mixed;
    };
    const close = (to: number) => {
      if (mixed) {
        const { text: word, starts, ends } = join(to);
        if (word !== '') visit(word, starts[0]!, ends.at(-1)!, { starts, ends });
        mixed = null;
      } else if (run >= 0) {
        visit(cut(to), run, to, null);
        run = -1;
      }
    };
    for (let i = start; i < end; ) {
      const unit = text.charCodeAt(i);
      if (unit < 128) {
        const kind = ascii[unit]!;
        if (kind === LETTER) {
          if (run < 0) run = i;
        } else if (kind === DROPPED) {
          join(i);
        } else {
          close(i);
          if (kind === ALONE) visit(text[i]!, i, i + 1, null);
        }
        i++;
        continue;
      }
      const code = text.codePointAt(i)!;
      // A high surrogate at the end of the stretch has its partner outside of it.
      const size = code > 0xffff && i + 1 < end ? 2 : 1;
      for (const part of this.#table.parts(size === 2 ? code : code > 0xffff ? unit : code)) {
        if (part.kind === LETTER) {
          const word = join(i);
          word.text += part.text;
          for (let k = 0; k < part.text.length; k++) {
            word.starts.push(i);
            word.ends.push(i + size);
          }
          continue;
        }
        close(i);
        if (part.kind !== BLANK) {
          const sources = { starts: Array(part.text.length).fill(i), ends: Array(part.text.length).fill(i + size) };
          visit(part.text, i, i + size, sources);
        }
      }
      // Of a character that leaves nothing, only this remains: the word round it has a hole.
      if (run >= 0) join(i);
      i += size;
    }
    close(end);
  }
}
