// A text, or a pair of texts, as a model takes it: its pieces cut to a length, with the special tokens of the template.
import type { Cutter, Pieces } from './pieces.ts';
import { templateTokens } from './template.ts';
import { keptTokens, TRUNCATIONS, type Truncation } from './truncation.ts';

/** A text, or the two texts of a pair. */
export type TextInput = string | readonly [string, string];

export interface EncodeTextOptions {
  /** Put the template's special tokens round the text. Default true. */
  readonly addSpecial?: boolean;
  /** Read special tokens that are written out in the text as such. Default false. */
  readonly parseSpecial?: boolean;
  /** Say where in the texts each token comes from. Default false. */
  readonly offsets?: boolean;
  /** Most tokens, special ones included. Default: no limit. */
  readonly maxLength?: number;
  /** What goes when there are more than `maxLength`. Default `longest_first`. */
  readonly truncation?: Truncation;
  /** From which end tokens go. Default `right`. */
  readonly truncationSide?: 'left' | 'right';
}

export interface Encoding {
  /** int32 [n] */
  readonly ids: Int32Array;
  /** int32 [n]: 0, or 1 for the second text of a pair, as the template says */
  readonly typeIds: Int32Array;
  /** int32 [n]: from which text a token comes, 0 or 1; -1 for the template's special tokens */
  readonly sequenceIds: Int32Array;
  /** int32 [2 n], there if asked for: `[start, end)` in the token's own text, UTF-16 units; 0, 0 for special tokens */
  readonly offsets?: Int32Array;
}

/** @throws Error when an option does not fit or the texts cannot be cut as asked */
export function encodeText(tokenizer: Cutter, input: TextInput, options: EncodeTextOptions = {}): Encoding {
  const [first, second] = checkInput(input);
  checkOptions(options);
  const { addSpecial = true, truncation = 'longest_first', maxLength = Number.POSITIVE_INFINITY } = options;
  const asked = { parseSpecial: options.parseSpecial ?? false, offsets: options.offsets ?? false };
  const a = tokenizer.pieces(first, asked);
  const b = second === undefined ? undefined : tokenizer.pieces(second, asked);
  const items = (b ? tokenizer.template.pair : tokenizer.template.single).filter(
    (item) => addSpecial || 'sequence' in item,
  );
  const room = maxLength - templateTokens(items);
  const kept = keptTokens(a.ids.length, b?.ids.length, room, truncation);
  const parts = [cut(a, kept[0], options.truncationSide), ...(b ? [cut(b, kept[1], options.truncationSide)] : [])];

  const count = kept[0] + kept[1] + templateTokens(items);
  const ids = new Int32Array(count);
  const typeIds = new Int32Array(count);
  const sequenceIds = new Int32Array(count).fill(-1);
  const offsets = asked.offsets ? new Int32Array(2 * count) : undefined;
  let at = 0;
  for (const item of items) {
    const sequence = 'sequence' in item ? (item.sequence === 'A' ? 0 : 1) : -1;
    const part = parts[sequence];
    const own = part ? part.ids : (item as { readonly ids: readonly number[] }).ids;
    ids.set(own, at);
    typeIds.fill(item.typeId, at, at + own.length);
    sequenceIds.fill(sequence, at, at + own.length);
    if (offsets && part) offsets.set(part.offsets!, 2 * at);
    at += own.length;
  }
  return { ids, typeIds, sequenceIds, ...(offsets ? { offsets } : {}) };
}

function cut({ ids, offsets }: Pieces, count: number, side: 'left' | 'right' = 'right'): Pieces {
  const from = side === 'right' ? 0 : ids.length - count;
  return {
    ids: ids.subarray(from, from + count),
    ...(offsets ? { offsets: offsets.subarray(2 * from, 2 * (from + count)) } : {}),
  };
}

function checkInput(input: unknown): readonly [string, string | undefined] {
  if (typeof input === 'string') return [input, undefined];
  if (Array.isArray(input) && input.length === 2 && input.every((text) => typeof text === 'string'))
    return [input[0] as string, input[1] as string];
  const got = Array.isArray(input) ? `an array of ${input.length}` : input === null ? 'null' : typeof input;
  throw new Error(`encodeText: the input is ${got}; want a string or a pair of strings`);
}

function checkOptions({ maxLength, truncation, truncationSide }: EncodeTextOptions): void {
  if (maxLength !== undefined && (!Number.isInteger(maxLength) || maxLength < 1))
    throw new Error(`encodeText: maxLength is ${maxLength}; want an integer of at least 1`);
  if (truncation !== undefined && !TRUNCATIONS.includes(truncation))
    throw new Error(`encodeText: truncation is ${JSON.stringify(truncation)}; want ${TRUNCATIONS.join(', ')}`);
  if (truncationSide !== undefined && truncationSide !== 'left' && truncationSide !== 'right')
    throw new Error(`encodeText: truncationSide is ${JSON.stringify(truncationSide)}; want left or right`);
}
