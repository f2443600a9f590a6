// The three special tokens that characters and bytes share, at ids 0, 1 and 2.
import { AddedTokens, plainAddedToken } from './added-tokens.ts';
import { SPECIAL_TEXT, SPECIAL_TOKENS } from './special-tokens.ts';

const BY_ID = [SPECIAL_TEXT.pad, SPECIAL_TEXT.unk, SPECIAL_TEXT.mask];

export const FIXED_SPECIAL = new AddedTokens(BY_ID.map((content, id) => plainAddedToken(id, content, true)));

export const FIXED_SPECIAL_IDS: readonly number[] = Object.freeze(Object.values(SPECIAL_TOKENS));

/** The text of a special token's id, or undefined for an ordinary id. */
export function specialText(id: number): string | undefined {
  return BY_ID[id];
}

/** The id of a special token's text. */
export function specialId(text: string): number | undefined {
  const id = (BY_ID as readonly string[]).indexOf(text);
  return id < 0 ? undefined : id;
}
