// Several texts as one batch: rows padded to one length, as typed arrays that any tensor library takes.
import { type EncodeTextOptions, encodeText, type TextInput } from './encoding.ts';
import type { Cutter } from './pieces.ts';
import { requireSpecial, type SpecialTokens } from './special-tokens.ts';

export interface BatchOptions extends EncodeTextOptions {
  /** Rows are padded to the longest of them, or to `maxLength`. Default `longest`. */
  readonly padding?: 'longest' | 'max_length';
  /** Rows become a multiple of this, so that batches come in few lengths; may exceed `maxLength`. Default 1. */
  readonly padToMultipleOf?: number;
  /** On which side padding stands. Default `right`. */
  readonly paddingSide?: 'left' | 'right';
  /** Fills rows up. Default: the tokenizer's pad token. */
  readonly padId?: number;
}

/** Rows of equal length L, row-major. */
export interface EncodedBatch {
  /** int32 [B * L] */
  readonly inputIds: Int32Array;
  /** int32 [B * L]: 1 for a token, 0 for padding */
  readonly attentionMask: Int32Array;
  /** int32 [B * L]; 0 for padding */
  readonly tokenTypeIds: Int32Array;
  /** int32 [B]: tokens of each row */
  readonly lengths: Int32Array;
  /** `[B, L]` */
  readonly shape: [number, number];
  /** int32 [2 * B * L], there if asked for: `[start, end)` of each token in its text; 0, 0 for padding */
  readonly offsets?: Int32Array;
}

/** @throws Error when there is no input, an option does not fit, or padding is needed and there is no pad token */
export function encodeBatch(
  tokenizer: Cutter & { readonly specialTokens: SpecialTokens },
  inputs: readonly TextInput[],
  options: BatchOptions = {},
): EncodedBatch {
  const { padding = 'longest', padToMultipleOf = 1, paddingSide = 'right', maxLength } = options;
  if (!Array.isArray(inputs) || inputs.length === 0)
    throw new Error('encodeBatch: inputs is no list of texts or pairs with at least one of them');
  if (!Number.isInteger(padToMultipleOf) || padToMultipleOf < 1)
    throw new Error(`encodeBatch: padToMultipleOf is ${padToMultipleOf}; want an integer of at least 1`);
  if (padding !== 'longest' && padding !== 'max_length')
    throw new Error(`encodeBatch: padding is ${JSON.stringify(padding)}; want longest or max_length`);
  if (padding === 'max_length' && maxLength === undefined)
    throw new Error('encodeBatch: padding is max_length, but there is no maxLength');
  if (paddingSide !== 'left' && paddingSide !== 'right')
    throw new Error(`encodeBatch: paddingSide is ${JSON.stringify(paddingSide)}; want left or right`);

  const rows = inputs.map((input) => encodeText(tokenizer, input, options));
  const lengths = Int32Array.from(rows, ({ ids }) => ids.length);
  const longest = padding === 'max_length' ? maxLength! : Math.max(1, ...lengths);
  const length = Math.ceil(longest / padToMultipleOf) * padToMultipleOf;
  const padded = lengths.some((tokens) => tokens < length);
  const padId = padded ? (options.padId ?? requireSpecial('encodeBatch', tokenizer, 'pad')) : 0;

  const size = rows.length * length;
  const inputIds = new Int32Array(size).fill(padId);
  const attentionMask = new Int32Array(size);
  const tokenTypeIds = new Int32Array(size);
  const offsets = options.offsets ? new Int32Array(2 * size) : undefined;
  rows.forEach((row, r) => {
    const at = r * length + (paddingSide === 'right' ? 0 : length - row.ids.length);
    inputIds.set(row.ids, at);
    tokenTypeIds.set(row.typeIds, at);
    attentionMask.fill(1, at, at + row.ids.length);
    offsets?.set(row.offsets!, 2 * at);
  });
  const shape: [number, number] = [rows.length, length];
  return { inputIds, attentionMask, tokenTypeIds, lengths, shape, ...(offsets ? { offsets } : {}) };
}
