// GPT-2's words: how a text is cut before bytes are merged, so that no token crosses the border of a word.

/**
 * Contractions; letters, digits or other signs with the blank before them; blanks, of which the last goes to the word that
 * follows (Radford et al., the pattern of GPT-2's encoder.py). Blanks are Unicode's White_Space, as in the Rust and Python
 * regex engines: JavaScript's \s takes U+FEFF in and leaves U+0085 out.
 */
const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** The words of a text, in order; together they are the text. */
export function* byteLevelWords(text: string): Generator<string> {
  for (const [word] of text.matchAll(WORDS)) yield word;
}

/** As {@link byteLevelWords}, all at once, which is faster. */
export function splitByteLevelWords(text: string): string[] {
  return text.match(WORDS) ?? [];
}
