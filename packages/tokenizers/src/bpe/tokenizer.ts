// GPT-2's tokenizer: words, their UTF-8 bytes, byte pairs merged. Every text has tokens and comes back from them unchanged.
// Ours rather than the library's for offsets, texts taken literally, and errors for ids that no token has.
import { AddedTokens } from '../added-tokens.ts';
import { BaseTokenizer } from '../base-tokenizer.ts';
import { checkText } from '../checks.ts';
import type { HuggingFaceParts } from '../huggingface/parts.ts';
import { PieceList } from '../piece-list.ts';
import type { PieceOptions, Pieces } from '../pieces.ts';
import type { SpecialTokens } from '../special-tokens.ts';
import type { Template } from '../template.ts';
import type { DecodeOptions, TokenizerJSON } from '../tokenizer.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { byteOf } from './byte-alphabet.ts';
import { BpeModel } from './model.ts';
import { splitByteLevelWords } from './words.ts';

export interface BpeSettings {
  /** Pairs of tokens in the order in which they are merged. */
  readonly merges: readonly (readonly [string, string])[];
  /** Put a blank before a text that has none, so that its first word is the token that it is elsewhere. */
  readonly addPrefixSpace: boolean;
  /** Leave the blank before a word out of its offsets. */
  readonly trimOffsets: boolean;
  /** Take a word that is a token as that, whatever the merges make of it. */
  readonly ignoreMerges: boolean;
  /** Stands for bytes that are no token; without it they are an error. */
  readonly unk?: number;
}

const BLANK = /\p{White_Space}/u;

/** Byte-level BPE. Made by `tokenizerFromJSON`, `tokenizerFromFiles` or `trainBpe`. */
export class BpeTokenizer extends BaseTokenizer {
  readonly type = 'bpe';
  readonly vocabSize: number;
  readonly specialTokens: SpecialTokens;
  readonly specialIds: readonly number[];
  override readonly template: Template;
  readonly settings: BpeSettings;
  readonly #vocabulary: Vocabulary;
  readonly #added: AddedTokens;
  readonly #addedIds: ReadonlySet<number>;
  readonly #model: BpeModel;
  readonly #json: TokenizerJSON;
  /** Bytes of each token. */
  readonly #sizes: Int32Array;

  /** @throws Error when a merge does not fit the vocabulary */
  constructor(parts: HuggingFaceParts, settings: BpeSettings) {
    super();
    this.settings = settings;
    this.vocabSize = parts.vocabulary.size;
    this.specialTokens = parts.specialTokens;
    this.specialIds = parts.specialIds;
    this.template = parts.template;
    this.#vocabulary = parts.vocabulary;
    this.#added = new AddedTokens(parts.added);
    this.#addedIds = new Set(parts.added.map(({ id }) => id));
    this.#model = new BpeModel(parts.vocabulary.idOf, settings.merges, settings);
    this.#json = parts.json;
    this.#sizes = new Int32Array(this.vocabSize);
    for (const [id, token] of parts.vocabulary.entries()) this.#sizes[id] = id === settings.unk ? 1 : token.length;
  }

  /** A lone surrogate has no UTF-8 form and is read as U+FFFD. */
  pieces(text: string, options: PieceOptions = {}): Pieces {
    checkText('BpeTokenizer.encode', text);
    const list = new PieceList(options.offsets ?? false, text.length >> 2);
    for (const { token, start, end } of this.#added.split(text, options.parseSpecial ?? false)) {
      if (token) {
        list.add(token.id, start, end);
        continue;
      }
      const part = start === 0 && end === text.length ? text : text.slice(start, end);
      const prefixed = this.settings.addPrefixSpace && !part.startsWith(' ');
      // Where the part begins in the text; a blank that was put before it lies outside.
      let at = prefixed ? start - 1 : start;
      for (const word of splitByteLevelWords(prefixed ? ` ${part}` : part)) {
        const ids = this.#model.encode(word);
        if (!list.hasOffsets) for (let i = 0; i < ids.length; i++) list.add(ids[i]!, 0, 0);
        else this.#locate(ids, word, at, start, text, list);
        at += word.length;
      }
    }
    return list.done();
  }

  /** Adds a word's tokens with the places of their bytes: those of the characters that they are a part of. */
  #locate(ids: Int32Array, word: string, at: number, first: number, text: string, list: PieceList): void {
    const starts: number[] = [];
    const ends: number[] = [];
    let unit = at;
    for (const character of word) {
      const code = character.codePointAt(0)!;
      const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code <= 0xffff ? 3 : 4;
      for (let b = 0; b < bytes; b++) {
        starts.push(Math.max(first, unit));
        ends.push(Math.max(first, unit + character.length));
      }
      unit += character.length;
    }
    let byte = 0;
    for (const id of ids) {
      // What is one token for the whole word, or for a byte that is no token, may be spelled otherwise.
      const size = ids.length === 1 ? starts.length : this.#sizes[id]!;
      let start = starts[byte]!;
      let end = ends[byte + size - 1]!;
      byte += size;
      if (this.settings.trimOffsets) {
        while (start < end && BLANK.test(text[start]!)) start++;
        while (end > start && BLANK.test(text[end - 1]!)) end--;
      }
      list.add(id, start, end);
    }
  }

  /** The text of ids, byte for byte; bytes that are not UTF-8 together (a model may guess so) come out as U+FFFD. */
  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const parts: string[] = [];
    let bytes: number[] = [];
    const flush = () => {
      if (bytes.length > 0) parts.push(decoder.decode(Uint8Array.from(bytes)));
      bytes = [];
    };
    const special = new Set(options.skipSpecial ? this.specialIds : []);
    for (let i = 0; i < ids.length; i++) {
      const token = this.#vocabulary.token('BpeTokenizer.decode', ids[i]!, i);
      if (special.has(ids[i]!)) continue;
      const own = this.#addedIds.has(ids[i]!) ? undefined : bytesOf(token);
      if (own) {
        for (const byte of own) bytes.push(byte);
      } else {
        flush();
        parts.push(token);
      }
    }
    flush();
    return parts.join('');
  }

  tokenOf(id: number): string {
    return this.#vocabulary.token('BpeTokenizer.tokenOf', id, 0);
  }

  idOf(token: string): number | undefined {
    return this.#vocabulary.idOf.get(token);
  }

  /** Hugging Face's tokenizer.json. */
  toJSON(): TokenizerJSON {
    return this.#json;
  }
}

/** The bytes that a token is written for, or undefined when it is text of another kind. */
function bytesOf(token: string): number[] | undefined {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOf(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return bytes;
}
