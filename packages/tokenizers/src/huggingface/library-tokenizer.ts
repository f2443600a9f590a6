// Runs what is neither BERT's WordPiece nor GPT-2's byte-level BPE, such as Unigram, with Hugging Face's own library. It keeps
// no offsets; cutting, pairs and batches are ours, as for all.
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { BaseTokenizer } from '../base-tokenizer.ts';
import { checkText } from '../checks.ts';
import type { PieceOptions, Pieces } from '../pieces.ts';
import type { SpecialTokens } from '../special-tokens.ts';
import type { Template } from '../template.ts';
import type { DecodeOptions, TokenizerJSON } from '../tokenizer.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { Json } from './json.ts';
import type { HuggingFaceParts } from './parts.ts';

/** A tokenizer.json of another kind. Made by `tokenizerFromJSON`. */
export class LibraryTokenizer extends BaseTokenizer {
  readonly type = 'huggingface';
  readonly vocabSize: number;
  readonly specialTokens: SpecialTokens;
  readonly specialIds: readonly number[];
  override readonly template: Template;
  readonly #vocabulary: Vocabulary;
  readonly #json: TokenizerJSON;
  readonly #parsing: Library;
  readonly #literal: Library;

  /** @throws Error saying what the library cannot run */
  constructor(parts: HuggingFaceParts) {
    super();
    this.vocabSize = parts.vocabulary.size;
    this.specialTokens = parts.specialTokens;
    this.specialIds = parts.specialIds;
    this.template = parts.template;
    this.#vocabulary = parts.vocabulary;
    this.#json = parts.json;
    const special = new Set(parts.specialIds);
    const added = parts.added.map(({ singleWord, ...token }) => ({ ...token, single_word: singleWord }));
    this.#parsing = library({ ...parts.json, added_tokens: added });
    // The library always reads special tokens that are written out; one that does not know them takes texts literally.
    this.#literal = library({
      ...parts.json,
      model: withoutSpecial(parts.json.model as Json, special),
      added_tokens: added.filter(({ id }) => !special.has(id)),
    });
  }

  /** @throws Error when offsets are asked for, which the library does not know */
  pieces(text: string, options: PieceOptions = {}): Pieces {
    checkText('LibraryTokenizer.encode', text);
    if (options.offsets)
      throw new Error(
        'offsets are known for BERT WordPiece, byte-level BPE, characters and bytes only, not for this tokenizer.json',
      );
    const library = options.parseSpecial ? this.#parsing : this.#literal;
    const { ids } = library.encode(text, { add_special_tokens: false });
    const bad = ids.findIndex((id) => !Number.isInteger(id));
    if (bad >= 0)
      throw new Error(`LibraryTokenizer.encode: token ${bad} of the text has no id, and there is no unknown token`);
    return { ids: Int32Array.from(ids) };
  }

  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    const special = new Set(options.skipSpecial ? this.specialIds : []);
    const kept = Array.from(ids).filter((id, index) => {
      this.#vocabulary.token('LibraryTokenizer.decode', id, index);
      return !special.has(id);
    });
    return kept.length === 0 ? '' : this.#parsing.decode(kept, { clean_up_tokenization_spaces: false });
  }

  tokenOf(id: number): string {
    return this.#vocabulary.token('LibraryTokenizer.tokenOf', id, 0);
  }

  idOf(token: string): number | undefined {
    return this.#vocabulary.idOf.get(token);
  }

  /** Hugging Face's tokenizer.json. */
  toJSON(): TokenizerJSON {
    return this.#json;
  }
}

function library(json: object): Library {
  // It wants these keys, if only null.
  const whole = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...json };
  try {
    return new Library(whole, {});
  } catch (error) {
    throw new Error(`tokenizer.json: it cannot be run: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Unigram finds all of its vocabulary in a text, special tokens too. Under a name that no text has it does not; its ids stay.
 * The unknown token is named by its id.
 */
function withoutSpecial(model: Json, special: ReadonlySet<number>): Json {
  if (!Array.isArray(model.vocab)) return model;
  return { ...model, vocab: model.vocab.map((entry, id) => (special.has(id) ? [`\u{10ffff}${id}`, entry[1]] : entry)) };
}
