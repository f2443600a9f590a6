// What BERT's normalisation makes of one character: nothing, a blank, a word of its own, or letters of a word.
// Ours rather than the library's, which leaves ideographs beyond U+FFFF unseparated, writes the last sigma of a word
// differently from Hugging Face's Rust and keeps no track of where in the text a letter comes from. One character at a time
// is enough: accents, which Unicode reorders, are dropped, and lower case is taken without context, as in Rust.

/** As in `normalizer` of a tokenizer.json of type BertNormalizer. */
export interface BertNormalization {
  /** Drop control characters, U+0000 and U+FFFD; make every blank a space. */
  readonly cleanText: boolean;
  /** Put each ideograph between spaces. */
  readonly chineseChars: boolean;
  /** Decompose and drop accents. */
  readonly stripAccents: boolean;
  readonly lowercase: boolean;
}

export const DROPPED = 0;
export const BLANK = 1;
/** A word of its own: punctuation. */
export const ALONE = 2;
/** Part of a word. */
export const LETTER = 3;

export type Kind = typeof DROPPED | typeof BLANK | typeof ALONE | typeof LETTER;

export interface Part {
  readonly kind: Kind;
  readonly text: string;
}

const CONTROL = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u;
const SPACE = /\p{White_Space}/u;
const ACCENTS = /\p{Mn}/gu;
// All of ASCII that is no letter, digit, blank or control counts, such as ^ and $, which Unicode calls symbols.
const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/u;

/** The blocks that BERT calls Chinese (Devlin et al., tokenization.py): ideographs, but neither kana nor hangul. */
function isIdeograph(code: number): boolean {
  return (
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0x3400 && code <= 0x4dbf) ||
    (code >= 0x20000 && code <= 0x2a6df) ||
    (code >= 0x2a700 && code <= 0x2b73f) ||
    (code >= 0x2b740 && code <= 0x2b81f) ||
    (code >= 0x2b820 && code <= 0x2ceaf) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0x2f800 && code <= 0x2fa1f)
  );
}

const GAP: Part = { kind: BLANK, text: ' ' };

/** A table of characters, filled as they come. */
export class CharacterTable {
  /** The kind of each ASCII character; of letters, all that can happen is lower case. */
  readonly ascii = new Uint8Array(128);
  readonly #known = new Map<number, readonly Part[]>();
  readonly #normalization: BertNormalization;

  constructor(normalization: BertNormalization) {
    this.#normalization = normalization;
    for (let code = 0; code < 128; code++) this.ascii[code] = this.#make(code)[0]?.kind ?? DROPPED;
  }

  /** What becomes of a code point, in order. */
  parts(code: number): readonly Part[] {
    let parts = this.#known.get(code);
    if (!parts) {
      parts = this.#make(code);
      this.#known.set(code, parts);
    }
    return parts;
  }

  #make(code: number): readonly Part[] {
    const { cleanText, chineseChars, stripAccents, lowercase } = this.#normalization;
    let text = String.fromCodePoint(code);
    const blank = SPACE.test(text);
    if (cleanText) {
      const kept = code === 0x09 || code === 0x0a || code === 0x0d;
      if (code === 0 || code === 0xfffd || (!kept && CONTROL.test(text))) return [];
    }
    if (blank) return [GAP];
    if (stripAccents) text = text.normalize('NFD').replace(ACCENTS, '');
    if (lowercase) text = [...text].map((character) => character.toLowerCase()).join('');
    const parts = [...text].map((character): Part => {
      // Decomposition can give blanks and signs that the whole was not: U+1FEF is a grave accent by itself.
      const kind = SPACE.test(character) ? BLANK : PUNCTUATION.test(character) ? ALONE : LETTER;
      return { kind, text: character };
    });
    return chineseChars && isIdeograph(code) ? [GAP, ...parts, GAP] : parts;
  }
}
