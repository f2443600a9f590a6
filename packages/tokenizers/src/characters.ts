// One token a character: the vocabulary is what occurs in a text. Characters are Unicode code points, so an emoji is one
// token and not two halves.
import { BaseTokenizer } from './base-tokenizer.ts';
import { checkId, checkText } from './checks.ts';
import { FIXED_SPECIAL, FIXED_SPECIAL_IDS, specialId, specialText } from './fixed-special.ts';
import { PieceList } from './piece-list.ts';
import type { PieceOptions, Pieces } from './pieces.ts';
import { SPECIAL_COUNT, SPECIAL_TOKENS } from './special-tokens.ts';
import type { DecodeOptions, TokenizerJSON } from './tokenizer.ts';

const VERSION = 1;

export interface CharTokenizerOptions {
  /** Largest vocabulary, special tokens included; the rarest characters beyond it become `[UNK]`. Default: no limit. */
  readonly maxVocab?: number;
}

/** Character-level tokenizer; ids 0, 1, 2 are `[PAD]`, `[UNK]`, `[MASK]`, then the characters. */
export class CharTokenizer extends BaseTokenizer {
  readonly type = 'char';
  readonly specialTokens = SPECIAL_TOKENS;
  readonly specialIds = FIXED_SPECIAL_IDS;
  /** The characters in the order of their ids, which start at 3. */
  readonly characters: readonly string[];
  readonly #idOf = new Map<string, number>();

  /** @throws Error unless `characters` are distinct single code points, at least one */
  constructor(characters: readonly string[]) {
    super();
    if (!Array.isArray(characters)) throw new Error(`CharTokenizer: characters is ${typeof characters}; want an array`);
    if (characters.length === 0) throw new Error('CharTokenizer: characters is empty; want at least one character');
    characters.forEach((character: unknown, index) => {
      if (typeof character !== 'string' || [...character].length !== 1) {
        throw new Error(`CharTokenizer: characters[${index}] is ${JSON.stringify(character)}; want one code point`);
      }
      const earlier = this.#idOf.get(character);
      if (earlier !== undefined) {
        const first = earlier - SPECIAL_COUNT;
        throw new Error(
          `CharTokenizer: characters[${index}] is ${JSON.stringify(character)}, as characters[${first}] is`,
        );
      }
      this.#idOf.set(character, index + SPECIAL_COUNT);
    });
    this.characters = Object.freeze([...characters]);
  }

  /**
   * The vocabulary of a text: its characters, the most frequent first, equally frequent ones by code point.
   *
   * @throws Error when the text is empty or `maxVocab` leaves no room for a character
   */
  static fromText(text: string, options: CharTokenizerOptions = {}): CharTokenizer {
    checkText('CharTokenizer.fromText', text);
    if (text.length === 0) throw new Error('CharTokenizer.fromText: text is empty; want at least one character');
    const maxVocab = options.maxVocab ?? Number.POSITIVE_INFINITY;
    if (!(maxVocab > SPECIAL_COUNT) || (maxVocab !== Number.POSITIVE_INFINITY && !Number.isInteger(maxVocab))) {
      throw new Error(
        `CharTokenizer.fromText: maxVocab is ${maxVocab}; want an integer of at least ${SPECIAL_COUNT + 1}`,
      );
    }
    const counts = new Map<string, number>();
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
    const ordered = [...counts].sort(([a, m], [b, n]) => n - m || a.codePointAt(0)! - b.codePointAt(0)!);
    return new CharTokenizer(ordered.slice(0, maxVocab - SPECIAL_COUNT).map(([character]) => character));
  }

  /** Reads what {@link toJSON} wrote. @throws Error naming the key that does not fit */
  static fromJSON(json: TokenizerJSON): CharTokenizer {
    if (json.type !== 'char') throw new Error(`CharTokenizer: type is ${JSON.stringify(json.type)}; want "char"`);
    if (json.version !== VERSION)
      throw new Error(`CharTokenizer: version is ${json.version}; this program reads ${VERSION}`);
    return new CharTokenizer(json.characters as string[]);
  }

  get vocabSize(): number {
    return this.characters.length + SPECIAL_COUNT;
  }

  /** Ids of the text's characters, int32 [characters]; a character outside the vocabulary is `[UNK]`. */
  pieces(text: string, options: PieceOptions = {}): Pieces {
    checkText('CharTokenizer.encode', text);
    const list = new PieceList(options.offsets ?? false, text.length);
    for (const { token, start, end } of FIXED_SPECIAL.split(text, options.parseSpecial ?? false)) {
      if (token) {
        list.add(token.id, start, end);
        continue;
      }
      let at = start;
      for (const character of text.slice(start, end)) {
        const next = at + character.length;
        list.add(this.#idOf.get(character) ?? SPECIAL_TOKENS.unk, at, next);
        at = next;
      }
    }
    return list.done();
  }

  /** The text of ids; special tokens come out as `[PAD]`, `[UNK]`, `[MASK]`. */
  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    const parts: string[] = [];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      checkId('CharTokenizer.decode', id, i, this.vocabSize);
      const special = specialText(id);
      if (special === undefined) parts.push(this.characters[id - SPECIAL_COUNT]!);
      else if (!options.skipSpecial) parts.push(special);
    }
    return parts.join('');
  }

  tokenOf(id: number): string {
    checkId('CharTokenizer.tokenOf', id, 0, this.vocabSize);
    return specialText(id) ?? this.characters[id - SPECIAL_COUNT]!;
  }

  idOf(token: string): number | undefined {
    return specialId(token) ?? this.#idOf.get(token);
  }

  toJSON(): TokenizerJSON {
    return { type: this.type, version: VERSION, characters: [...this.characters] };
  }
}
