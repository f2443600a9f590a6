// BERT's tokenizer: normalised words and punctuation, each of them pieced together from a vocabulary.
import { WordPieceDecoder } from '@huggingface/tokenizers';
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
import type { BertNormalization } from './characters.ts';
import { WordPieceModel, type WordPieceSettings } from './model.ts';
import { BertWords, type Sources } from './words.ts';

export interface WordPieceOptions extends WordPieceSettings {
  readonly normalization: BertNormalization;
  /** Decoding takes back the blanks that tokens put before punctuation and in contractions. */
  readonly cleanup: boolean;
}

/** WordPiece. Made by `tokenizerFromJSON`, `tokenizerFromFiles` or `trainWordPiece`. */
export class WordPieceTokenizer extends BaseTokenizer {
  readonly type = 'wordpiece';
  readonly vocabSize: number;
  readonly specialTokens: SpecialTokens;
  readonly specialIds: readonly number[];
  override readonly template: Template;
  readonly options: WordPieceOptions;
  readonly #vocabulary: Vocabulary;
  readonly #added: AddedTokens;
  readonly #words: BertWords;
  readonly #model: WordPieceModel;
  readonly #decoder: WordPieceDecoder;
  readonly #json: TokenizerJSON;

  constructor(parts: HuggingFaceParts, options: WordPieceOptions) {
    super();
    this.options = options;
    this.vocabSize = parts.vocabulary.size;
    this.specialTokens = parts.specialTokens;
    this.specialIds = parts.specialIds;
    this.template = parts.template;
    this.#vocabulary = parts.vocabulary;
    this.#added = new AddedTokens(parts.added);
    this.#words = new BertWords(options.normalization);
    this.#model = new WordPieceModel(parts.vocabulary.idOf, options);
    this.#decoder = new WordPieceDecoder({ type: 'WordPiece', prefix: options.prefix, cleanup: options.cleanup });
    this.#json = parts.json;
  }

  pieces(text: string, options: PieceOptions = {}): Pieces {
    checkText('WordPieceTokenizer.encode', text);
    const list = new PieceList(options.offsets ?? false, text.length >> 2);
    for (const { token, start, end } of this.#added.split(text, options.parseSpecial ?? false)) {
      if (token) list.add(token.id, start, end);
      else {
        this.#words.scan(text, start, end, (word, from, to, sources) => {
          const ids = this.#model.encode(word);
          if (list.hasOffsets) this.#locate(ids, from, to, sources, list);
          else for (let i = 0; i < ids.length; i++) list.add(ids[i]!, 0, 0);
        });
      }
    }
    return list.done();
  }

  /** Adds a word's pieces with the places of their letters. */
  #locate(ids: Int32Array, from: number, to: number, sources: Sources, list: PieceList): void {
    // A word that is one token is all of it, also when that token is the unknown one.
    if (ids.length === 1) {
      list.add(ids[0]!, from, to);
      return;
    }
    let unit = 0;
    for (let i = 0; i < ids.length; i++) {
      const token = this.#vocabulary.token('WordPieceTokenizer.encode', ids[i]!, i);
      const size = token.length - (i === 0 ? 0 : this.options.prefix.length);
      const last = unit + size - 1;
      if (sources) list.add(ids[i]!, sources.starts[unit]!, sources.ends[last]!);
      else list.add(ids[i]!, from + unit, from + last + 1);
      unit += size;
    }
  }

  /** The normalised words and punctuation of a text, before they are taken to pieces (BERT's basic tokens). */
  words(text: string): string[] {
    checkText('WordPieceTokenizer.words', text);
    const words: string[] = [];
    this.#words.scan(text, 0, text.length, (word) => {
      words.push(word);
    });
    return words;
  }

  /** Words with blanks between them; what normalisation dropped does not come back. */
  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    const special = new Set(options.skipSpecial ? this.specialIds : []);
    const tokens: string[] = [];
    for (let i = 0; i < ids.length; i++) {
      const token = this.#vocabulary.token('WordPieceTokenizer.decode', ids[i]!, i);
      if (!special.has(ids[i]!)) tokens.push(token);
    }
    return this.#decoder.decode(tokens);
  }

  tokenOf(id: number): string {
    return this.#vocabulary.token('WordPieceTokenizer.tokenOf', id, 0);
  }

  idOf(token: string): number | undefined {
    return this.#vocabulary.idOf.get(token);
  }

  /** Hugging Face's tokenizer.json. */
  toJSON(): TokenizerJSON {
    return this.#json;
  }
}
