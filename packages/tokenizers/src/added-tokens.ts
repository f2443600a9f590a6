// Tokens that are found in a text before anything else is done to it: special tokens, and words that were added later.

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** stands for no text; only looked for when special tokens are to be read */
  readonly special: boolean;
  /** takes the blanks before it along */
  readonly lstrip: boolean;
  /** takes the blanks after it along */
  readonly rstrip: boolean;
  /** only found where no letter, digit or _ touches it */
  readonly singleWord: boolean;
  /** looked for in the normalised text; of ours, none is */
  readonly normalized: boolean;
}

/** A stretch of text, `[start, end)`: an added token, or what lies between two. */
export interface Section {
  readonly token?: AddedToken;
  readonly start: number;
  readonly end: number;
}

/** An added token with nothing particular about it. */
export function plainAddedToken(id: number, content: string, special: boolean): AddedToken {
  return { id, content, special, lstrip: false, rstrip: false, singleWord: false, normalized: false };
}

const WORD_BEFORE = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]$/u;
const WORD_AFTER = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u;
const BLANK = /\p{White_Space}/u;

/** Finds added tokens, leftmost first and of those at one place the longest. */
export class AddedTokens {
  readonly all: readonly AddedToken[];
  readonly #byContent: ReadonlyMap<string, AddedToken>;
  readonly #any: RegExp | undefined;
  readonly #ordinary: RegExp | undefined;

  constructor(tokens: readonly AddedToken[]) {
    this.all = tokens;
    this.#byContent = new Map(tokens.map((token) => [token.content, token]));
    this.#any = pattern(tokens);
    this.#ordinary = pattern(tokens.filter(({ special }) => !special));
  }

  /** @param parseSpecial look for special tokens too */
  split(text: string, parseSpecial: boolean): Section[] {
    const found = parseSpecial ? this.#any : this.#ordinary;
    if (!found) return text === '' ? [] : [{ start: 0, end: text.length }];
    const sections: Section[] = [];
    let done = 0;
    for (const match of text.matchAll(found)) {
      const token = this.#byContent.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      if (start < done) continue;
      if (
        token.singleWord &&
        (WORD_BEFORE.test(text.slice(Math.max(0, start - 2), start)) || WORD_AFTER.test(text.slice(end, end + 2)))
      )
        continue;
      if (token.lstrip) while (start > done && BLANK.test(text[start - 1]!)) start--;
      if (token.rstrip) while (end < text.length && BLANK.test(text[end]!)) end++;
      if (start > done) sections.push({ start: done, end: start });
      sections.push({ token, start, end });
      done = end;
    }
    if (done < text.length) sections.push({ start: done, end: text.length });
    return sections;
  }
}

function pattern(tokens: readonly AddedToken[]): RegExp | undefined {
  if (tokens.length === 0) return undefined;
  const longestFirst = tokens.map(({ content }) => content).sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((content) => content.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}
