// Learns a WordPiece vocabulary from text. No npm library does. As Hugging Face's trainer: pieces grow by merging the most frequent
// neighbours, written with ## inside a word. (Google's own trainer, which BERT's vocabulary comes from, was never published.)
import { bertJson } from '../huggingface/bert-json.ts';
import { tokenizerFromHuggingFace } from '../huggingface/from-json.ts';
import type { BertNormalization } from '../wordpiece/characters.ts';
import type { WordPieceTokenizer } from '../wordpiece/tokenizer.ts';
import { BertWords } from '../wordpiece/words.ts';
import { distinctTokens, wholeNumber } from './options.ts';
import { learnMerges } from './pairs.ts';
import { countWords, type Lines } from './word-counts.ts';

export interface WordPieceTrainingOptions extends Partial<BertNormalization> {
  /** Tokens at most, special ones included; BERT's has 30,522. Fewer come out of a text that has no more. */
  readonly vocabSize: number;
  /** Pairs that occur less often are not merged. Default 2. */
  readonly minFrequency?: number;
  /** Characters at most, the most frequent ones; words with others are `[UNK]`. Default 1000. */
  readonly maxAlphabet?: number;
  /** More special tokens, after `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]`, `[MASK]`. */
  readonly special?: readonly string[];
}

const WHAT = 'trainWordPiece';
const PREFIX = '##';
const LONGEST_WORD = 100;
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/**
 * A WordPiece tokenizer whose vocabulary fits a corpus. It normalises as BERT's uncased one unless told otherwise. The
 * result depends on the words and their counts alone.
 *
 * @param lines read once
 * @throws Error when an option does not fit, there is no word, or vocabSize leaves no room for the characters
 */
export async function trainWordPiece(lines: Lines, options: WordPieceTrainingOptions): Promise<WordPieceTokenizer> {
  const vocabSize = wholeNumber(WHAT, 'vocabSize', options.vocabSize, SPECIAL.length + 1);
  const minFrequency = wholeNumber(WHAT, 'minFrequency', options.minFrequency ?? 2, 1);
  const maxAlphabet = wholeNumber(WHAT, 'maxAlphabet', options.maxAlphabet ?? 1000, 1);
  const special = distinctTokens(WHAT, [...SPECIAL, ...(options.special ?? [])]);
  const lowercase = options.lowercase ?? true;
  const normalization: BertNormalization = {
    cleanText: options.cleanText ?? true,
    chineseChars: options.chineseChars ?? true,
    stripAccents: options.stripAccents ?? lowercase,
    lowercase,
  };
  const scanner = new BertWords(normalization);
  const counted = await countWords(WHAT, lines, (line, visit) => scanner.scan(line, 0, line.length, visit));
  const alphabet = mostFrequent(counted, maxAlphabet);
  const words = [...counted].flatMap(([word, count]) => {
    const characters = [...word];
    const usable = characters.length <= LONGEST_WORD && characters.every((character) => alphabet.has(character));
    return usable ? [{ characters, count }] : [];
  });
  if (words.length === 0) throw new Error(`${WHAT}: the corpus has no word; want some text`);

  const begins = new Set(words.map(({ characters }) => characters[0]!));
  const goesOn = new Set(words.flatMap(({ characters }) => characters.slice(1)));
  const byCode = (a: string, b: string) => a.codePointAt(0)! - b.codePointAt(0)!;
  const tokens = [
    ...special,
    ...[...begins].sort(byCode),
    ...[...goesOn].sort(byCode).map((character) => PREFIX + character),
  ].filter((token, index, all) => all.indexOf(token) === index);
  if (tokens.length > vocabSize)
    throw new Error(
      `${WHAT}: vocabSize is ${vocabSize}; want at least ${tokens.length} (${special.length} special tokens, ` +
        `${tokens.length - special.length} characters at the beginning of words and within), or a smaller maxAlphabet`,
    );

  const ids = new Map(tokens.map((token, id) => [token, id]));
  const symbols = words.map(({ characters }) =>
    Int32Array.from(characters, (character, i) => ids.get(i === 0 ? character : PREFIX + character)!),
  );
  learnMerges(
    { symbols, counts: words.map(({ count }) => count) },
    {
      minFrequency,
      done: () => tokens.length >= vocabSize,
      join(left, right) {
        const token = tokens[left]! + tokens[right]!.slice(PREFIX.length);
        const known = ids.get(token);
        if (known !== undefined) return known;
        ids.set(token, tokens.length);
        return tokens.push(token) - 1;
      },
    },
  );
  const json = bertJson(WHAT, tokens, {
    ...normalization,
    special: { unk: '[UNK]', cls: '[CLS]', sep: '[SEP]', others: special },
  });
  return tokenizerFromHuggingFace(json) as WordPieceTokenizer;
}

/** The characters of the words, at most so many; of equally frequent ones those of smaller code points. */
function mostFrequent(words: ReadonlyMap<string, number>, most: number): Set<string> {
  const counts = new Map<string, number>();
  for (const [word, count] of words)
    for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || a.codePointAt(0)! - b.codePointAt(0)!);
  return new Set(ordered.slice(0, most).map(([character]) => character));
}
