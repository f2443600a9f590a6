// What every tokenizer of this package is: text to ids and back, with three special tokens at fixed ids.

/** The ids of the special tokens; they are the first ids of every vocabulary here. */
export type SpecialTokens = { readonly pad: number; readonly unk: number; readonly mask: number };

/** How the special tokens are written in text. */
export const SPECIAL_TEXT = { pad: '[PAD]', unk: '[UNK]', mask: '[MASK]' } as const;

/** `[PAD]` 0, `[UNK]` 1, `[MASK]` 2. */
export const SPECIAL_TOKENS: SpecialTokens = { pad: 0, unk: 1, mask: 2 };

/** How many ids the special tokens take; ordinary tokens start here. */
export const SPECIAL_COUNT = 3;

export interface EncodeOptions {
  /**
   * Read `[PAD]`, `[UNK]` and `[MASK]` in the text as the special tokens. Off by default, so that a corpus in which
   * these words occur is taken literally; on for a user's prompt with masks to fill.
   */
  readonly parseSpecial?: boolean;
}

export interface Tokenizer {
  /** `char` or `byte`; what {@link tokenizerFromJSON} dispatches on. */
  readonly type: string;
  /** Number of ids, special tokens included; every id is in `0..vocabSize-1`. */
  readonly vocabSize: number;
  readonly specialTokens: SpecialTokens;
  encode(text: string, options?: EncodeOptions): Int32Array;
  /** @throws Error when an id is outside the vocabulary */
  decode(ids: ArrayLike<number>): string;
  toJSON(): TokenizerJSON;
}

/** The saved form: `type`, `version`, and what the type needs besides. */
export interface TokenizerJSON {
  readonly type: string;
  readonly version: number;
  readonly [key: string]: unknown;
}

const BY_ID = [SPECIAL_TEXT.pad, SPECIAL_TEXT.unk, SPECIAL_TEXT.mask];
const SPECIAL_PATTERN = /\[(?:PAD|UNK|MASK)\]/g;

/** The text of a special token's id, or undefined for an ordinary id. */
export function specialText(id: number): string | undefined {
  return BY_ID[id];
}

/** Cuts a text into stretches of ordinary text (strings) and special tokens (ids), in order. */
export function splitSpecial(text: string): (string | number)[] {
  const parts: (string | number)[] = [];
  let end = 0;
  for (const match of text.matchAll(SPECIAL_PATTERN)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(BY_ID.indexOf(match[0] as (typeof BY_ID)[number]));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

/** @throws Error unless `text` is a string (JavaScript callers) */
export function checkText(what: string, text: unknown): asserts text is string {
  if (typeof text !== 'string')
    throw new Error(`${what}: text is ${text === null ? 'null' : typeof text}; want a string`);
}

/** @throws Error unless `id` is one of the vocabulary's */
export function checkId(what: string, id: unknown, index: number, vocabSize: number): void {
  if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= vocabSize) {
    throw new Error(`${what}: ids[${index}] is ${String(id)}; want an integer in 0..${vocabSize - 1}`);
  }
}

/** Joins pieces encoded separately. */
export function concatIds(parts: readonly Int32Array[]): Int32Array {
  const ids = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    ids.set(part, at);
    at += part.length;
  }
  return ids;
}
