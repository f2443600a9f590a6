// What all tokenizers do alike once they can cut a text into pieces: pairs, truncation and batches.
import { type BatchOptions, type EncodedBatch, encodeBatch } from './batch.ts';
import { type EncodeTextOptions, type Encoding, encodeText, type TextInput } from './encoding.ts';
import type { EncodeOptions, PieceOptions, Pieces } from './pieces.ts';
import type { SpecialTokens } from './special-tokens.ts';
import { PLAIN_TEMPLATE, type Template } from './template.ts';
import type { DecodeOptions, Tokenizer, TokenizerJSON } from './tokenizer.ts';

/** A tokenizer but for its pieces, its vocabulary and its saved form. */
export abstract class BaseTokenizer implements Tokenizer {
  abstract readonly type: string;
  abstract readonly vocabSize: number;
  abstract readonly specialTokens: SpecialTokens;
  abstract readonly specialIds: readonly number[];
  readonly template: Template = PLAIN_TEMPLATE;

  abstract pieces(text: string, options?: PieceOptions): Pieces;
  abstract decode(ids: ArrayLike<number>, options?: DecodeOptions): string;
  abstract tokenOf(id: number): string;
  abstract idOf(token: string): number | undefined;
  abstract toJSON(): TokenizerJSON;

  encode(text: string, options: EncodeOptions = {}): Int32Array {
    return this.pieces(text, { parseSpecial: options.parseSpecial ?? false }).ids;
  }

  encodeText(input: TextInput, options?: EncodeTextOptions): Encoding {
    return encodeText(this, input, options);
  }

  encodeBatch(inputs: readonly TextInput[], options?: BatchOptions): EncodedBatch {
    return encodeBatch(this, inputs, options);
  }
}
