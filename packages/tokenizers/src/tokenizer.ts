// What every tokenizer of this package is: text to ids and back, with special tokens, offsets, pairs and batches.
import type { BatchOptions, EncodedBatch } from './batch.ts';
import type { EncodeTextOptions, Encoding, TextInput } from './encoding.ts';
import type { EncodeOptions, PieceOptions, Pieces } from './pieces.ts';
import type { SpecialTokens } from './special-tokens.ts';
import type { Template } from './template.ts';

export interface DecodeOptions {
  /** Leave special tokens out. Default false: they come out by name. */
  readonly skipSpecial?: boolean;
}

export interface Tokenizer {
  /** `char`, `byte`, `wordpiece`, `bpe`, or `huggingface` for what only the library of that name can run. */
  readonly type: string;
  /** Number of ids, special tokens included; every id is in `0..vocabSize-1`. */
  readonly vocabSize: number;
  readonly specialTokens: SpecialTokens;
  /** All ids that stand for no text, ascending; those of {@link specialTokens} and others. */
  readonly specialIds: readonly number[];
  /** What {@link encodeText} puts round a text and between the texts of a pair. */
  readonly template: Template;
  /** The text's ids, int32 [tokens], without special tokens round them. */
  encode(text: string, options?: EncodeOptions): Int32Array;
  /** As {@link encode}, and where each token comes from. */
  pieces(text: string, options?: PieceOptions): Pieces;
  /** A text, or a pair of texts, as a model takes it: special tokens round it, cut to a length. */
  encodeText(input: TextInput, options?: EncodeTextOptions): Encoding;
  /** Several texts or pairs, padded to one length. */
  encodeBatch(inputs: readonly TextInput[], options?: BatchOptions): EncodedBatch;
  /** @throws Error when an id is outside the vocabulary */
  decode(ids: ArrayLike<number>, options?: DecodeOptions): string;
  /** The token of an id as the vocabulary writes it. @throws Error when the id is outside the vocabulary */
  tokenOf(id: number): string;
  /** The id of a token of the vocabulary, special ones included; undefined for another text. */
  idOf(token: string): number | undefined;
  toJSON(): TokenizerJSON;
}

/**
 * The saved form: for characters and bytes `type`, `version`, and what the type needs besides; for the others what Hugging
 * Face's tokenizer.json holds.
 */
export interface TokenizerJSON {
  readonly version: number | string;
  readonly [key: string]: unknown;
}
