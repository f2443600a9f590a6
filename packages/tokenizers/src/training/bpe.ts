// Learns a byte-level BPE vocabulary from text, as GPT-2's was (Radford et al. 2019). No npm library does.
import { BYTE_CHARACTERS } from '../bpe/byte-alphabet.ts';
import type { BpeTokenizer } from '../bpe/tokenizer.ts';
import { splitByteLevelWords } from '../bpe/words.ts';
import { tokenizerFromHuggingFace } from '../huggingface/from-json.ts';
import { gpt2Json } from '../huggingface/gpt2-json.ts';
import { distinctTokens, wholeNumber } from './options.ts';
import { learnMerges } from './pairs.ts';
import { countWords, type Lines } from './word-counts.ts';

export interface BpeTrainingOptions {
  /** Tokens at most, the 256 bytes and special ones included; GPT-2's has 50,257. Fewer come out of a text that has no more. */
  readonly vocabSize: number;
  /** Pairs that occur less often are not merged. Default 2. */
  readonly minFrequency?: number;
  /**
   * Special tokens, the first ids. Default `<|endoftext|>`. A masked-language model wants `[PAD]`, `[CLS]`, `[SEP]` and
   * `[MASK]`; names like these say what tokens are for.
   */
  readonly special?: readonly string[];
  /** Put a blank before a text that has none. Default false. */
  readonly addPrefixSpace?: boolean;
}

const WHAT = 'trainBpe';

/**
 * A byte-level BPE tokenizer whose vocabulary fits a corpus. The result depends on the words and their counts alone. The
 * lines come without their ends, so that the tokens of line ends are not learned; join lines where they matter.
 *
 * @param lines read once
 * @throws Error when an option does not fit or there is no word
 */
export async function trainBpe(lines: Lines, options: BpeTrainingOptions): Promise<BpeTokenizer> {
  const special = distinctTokens(WHAT, options.special ?? ['<|endoftext|>']);
  const vocabSize = wholeNumber(WHAT, 'vocabSize', options.vocabSize, special.length + 256);
  const minFrequency = wholeNumber(WHAT, 'minFrequency', options.minFrequency ?? 2, 1);
  const counted = await countWords(WHAT, lines, (line, visit) => {
    const prefixed = options.addPrefixSpace && !line.startsWith(' ') && line !== '' ? ` ${line}` : line;
    splitByteLevelWords(prefixed).forEach(visit);
  });
  if (counted.size === 0) throw new Error(`${WHAT}: the corpus has no word; want some text`);

  // Bytes in the order of their characters, as Hugging Face's trainer sorts its alphabet.
  const tokens = [...special, ...[...BYTE_CHARACTERS].sort()];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size !== tokens.length) throw new Error(`${WHAT}: a special token is written as a byte is; want other names`);
  const byteIds = BYTE_CHARACTERS.map((character) => ids.get(character)!);
  const utf8 = new TextEncoder();
  const symbols = [...counted.keys()].map((word) => Int32Array.from(utf8.encode(word), (byte) => byteIds[byte]!));
  const pairs = learnMerges(
    { symbols, counts: [...counted.values()] },
    {
      minFrequency,
      done: () => tokens.length >= vocabSize,
      join(left, right) {
        const token = tokens[left]! + tokens[right]!;
        const known = ids.get(token);
        if (known !== undefined) return known;
        ids.set(token, tokens.length);
        return tokens.push(token) - 1;
      },
    },
  );
  const merges = pairs.map(([left, right]) => [tokens[left]!, tokens[right]!] as const);
  const json = gpt2Json(ids, merges, { addPrefixSpace: options.addPrefixSpace ?? false, special });
  return tokenizerFromHuggingFace(json) as BpeTokenizer;
}
