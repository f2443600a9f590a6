// Makes a tokenizer of the files that a pretrained model's folder has, given as texts or parsed.
import { tokenizerFromJSON } from '../from-json.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { bertJson } from './bert-json.ts';
import { tokenizerFromHuggingFace } from './from-json.ts';
import { gpt2Json } from './gpt2-json.ts';
import { asBoolean, asObject, asString, type Json, parseJson } from './json.ts';
import { parseMergesText } from './merges.ts';

/** The files that are looked at, by their names. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
] as const;

/** Texts of files, or what the JSON ones hold; a file that there is not is left out. */
export type TokenizerFiles = { readonly [name in (typeof TOKENIZER_FILES)[number]]?: unknown };

const CONFIG = 'tokenizer_config.json';

/**
 * The tokenizer of a folder: of `tokenizer.json` if there is one, else BERT's of `vocab.txt`, else GPT-2's of `vocab.json`
 * and `merges.txt`. What tokenizer_config.json says of lower case and special tokens is heeded.
 *
 * @throws Error when there is none of them, or what one holds does not fit
 */
export function tokenizerFromFiles(files: TokenizerFiles): Tokenizer {
  const config = {
    ...readJson('special_tokens_map.json', files['special_tokens_map.json']),
    ...readJson(CONFIG, files[CONFIG]),
  };
  if (files['tokenizer.json'] !== undefined) return tokenizerFromJSON(files['tokenizer.json'], config);
  if (files['vocab.txt'] !== undefined) return fromVocabText(asString('vocab.txt', files['vocab.txt']), config);
  const [vocab, merges] = [files['vocab.json'], files['merges.txt']];
  if (vocab !== undefined && merges !== undefined)
    return fromVocabAndMerges(readJson('vocab.json', vocab), asString('merges.txt', merges), config);
  const half =
    vocab !== undefined
      ? 'vocab.json without merges.txt'
      : merges !== undefined
        ? 'merges.txt without vocab.json'
        : 'none';
  throw new Error(`tokenizerFromFiles: got ${half}; want tokenizer.json, or vocab.txt, or vocab.json and merges.txt`);
}

function readJson(name: string, value: unknown): Json {
  if (value === undefined) return {};
  return asObject(name, typeof value === 'string' ? parseJson(name, value) : value);
}

/** What the configuration calls a token, or its usual name. */
function named(config: Json, role: string, usual: string): string {
  const said = config[`${role}_token`];
  if (said === undefined || said === null) return usual;
  const where = `${CONFIG}: ${role}_token`;
  return typeof said === 'string' ? said : asString(`${where}.content`, asObject(where, said).content);
}

function fromVocabText(text: string, config: Json): Tokenizer {
  checkClass('vocab.txt', config, /^(Bert|DistilBert|MobileBert|Electra|Funnel|LayoutLM|MPNet)?Tokenizer(Fast)?$/);
  const tokens = text.split(/\r?\n/);
  if (tokens.at(-1) === '') tokens.pop();
  const lines = new Map<string, number>();
  tokens.forEach((token, line) => {
    if (token === '') throw new Error(`vocab.txt: line ${line + 1} is empty; want one token a line`);
    const earlier = lines.get(token);
    if (earlier !== undefined)
      throw new Error(`vocab.txt: line ${line + 1} is ${JSON.stringify(token)}, as line ${earlier + 1} is`);
    lines.set(token, line);
  });
  const say = (key: string, fallback: boolean) => asBoolean(`${CONFIG}: ${key}`, config[key], fallback);
  const lowercase = say('do_lower_case', true);
  const json = bertJson('vocab.txt', tokens, {
    cleanText: true,
    chineseChars: say('tokenize_chinese_chars', true),
    stripAccents: say('strip_accents', lowercase),
    lowercase,
    special: {
      unk: named(config, 'unk', '[UNK]'),
      cls: named(config, 'cls', '[CLS]'),
      sep: named(config, 'sep', '[SEP]'),
      others: [named(config, 'pad', '[PAD]'), named(config, 'mask', '[MASK]')],
    },
  });
  return tokenizerFromHuggingFace(json, config);
}

function fromVocabAndMerges(vocab: Json, merges: string, config: Json): Tokenizer {
  checkClass('vocab.json', config, /^(GPT2)?Tokenizer(Fast)?$/);
  const ids = new Map(Object.entries(vocab) as [string, number][]);
  const special = ['bos', 'eos', 'unk', 'pad', 'mask'].map((role) => named(config, role, '<|endoftext|>'));
  const json = gpt2Json(ids, parseMergesText(merges), {
    addPrefixSpace: asBoolean(`${CONFIG}: add_prefix_space`, config.add_prefix_space, false),
    special,
  });
  return tokenizerFromHuggingFace(json, config);
}

/** Other classes read the same files in other ways. */
function checkClass(file: string, config: Json, known: RegExp): void {
  const name = config.tokenizer_class;
  if (name === undefined || name === null || known.test(asString(`${CONFIG}: tokenizer_class`, name))) return;
  throw new Error(
    `${file}: tokenizer_class is ${JSON.stringify(name)}, which reads it in its own way; want its tokenizer.json`,
  );
}
