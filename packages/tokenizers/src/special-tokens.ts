// Tokens that stand for no text: which there may be, and which characters and bytes have.

/** The ids of the special tokens that have a role; a vocabulary need not have all of them. */
export interface SpecialTokens {
  /** fills a row up to the length of its batch */
  readonly pad?: number;
  /** stands for what the vocabulary does not know */
  readonly unk?: number;
  /** hides what a masked-language model is to guess */
  readonly mask?: number;
  /** BERT's first token of a sequence */
  readonly cls?: number;
  /** BERT's end of a text */
  readonly sep?: number;
  /** the beginning of a text */
  readonly bos?: number;
  /** the end of a text */
  readonly eos?: number;
}

/** How the special tokens of {@link SPECIAL_TOKENS} are written in text. */
export const SPECIAL_TEXT = { pad: '[PAD]', unk: '[UNK]', mask: '[MASK]' } as const;

/** `[PAD]` 0, `[UNK]` 1, `[MASK]` 2: the special tokens of characters and bytes. */
export const SPECIAL_TOKENS = { pad: 0, unk: 1, mask: 2 } as const satisfies SpecialTokens;

/** How many ids the special tokens of characters and bytes take; ordinary tokens start here. */
export const SPECIAL_COUNT = 3;

/**
 * The id of a special token that a caller cannot do without.
 *
 * @param what names the caller in the error
 * @throws Error when the vocabulary has no such token
 */
export function requireSpecial(
  what: string,
  tokenizer: { readonly specialTokens: SpecialTokens },
  role: keyof SpecialTokens,
) {
  const id = tokenizer.specialTokens[role];
  if (id === undefined) {
    const roles = Object.keys(tokenizer.specialTokens).join(', ') || 'none';
    throw new Error(`${what}: the tokenizer has no ${role} token; want one (it has: ${roles})`);
  }
  return id;
}
