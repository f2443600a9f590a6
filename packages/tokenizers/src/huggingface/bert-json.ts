// The tokenizer.json that stands for a BERT vocab.txt: the file says the tokens only, the rest is what BERT's tokenizer does.
import type { BertNormalization } from '../wordpiece/characters.ts';
import type { Json } from './json.ts';

export interface BertJsonOptions extends BertNormalization {
  /** Tokens that are special, by role; those of `cls` and `sep` stand round a text. */
  readonly special: {
    readonly unk: string;
    readonly cls: string;
    readonly sep: string;
    readonly others: readonly string[];
  };
}

/**
 * @param tokens in the order of their ids
 * @throws Error when a special token is not among them
 */
export function bertJson(what: string, tokens: readonly string[], options: BertJsonOptions): Json {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const { unk, cls, sep, others } = options.special;
  for (const token of [unk, cls, sep])
    if (!ids.has(token))
      throw new Error(`${what}: it has no ${token}; want a vocabulary with ${unk}, ${cls} and ${sep}`);
  const special = [...new Set([unk, cls, sep, ...others])].filter((token) => ids.has(token));
  const token = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  const text = (id: 'A' | 'B', type_id: number) => ({ Sequence: { id, type_id } });
  const single = [token(cls, 0), text('A', 0), token(sep, 0)];
  const described = (content: string) => ({ id: content, ids: [ids.get(content)], tokens: [content] });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content) => addedToken(ids.get(content)!, content)).sort((a, b) => a.id - b.id),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: options.cleanText,
      handle_chinese_chars: options.chineseChars,
      strip_accents: options.stripAccents,
      lowercase: options.lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, text('B', 1), token(sep, 1)],
      special_tokens: { [cls]: described(cls), [sep]: described(sep) },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  };
}

/** A special token as tokenizer.json lists it. */
export function addedToken(id: number, content: string) {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}
