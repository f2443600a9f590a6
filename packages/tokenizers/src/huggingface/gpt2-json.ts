// The tokenizer.json that stands for GPT-2's vocab.json and merges.txt.
import { addedToken } from './bert-json.ts';
import type { Json } from './json.ts';

export interface Gpt2JsonOptions {
  readonly addPrefixSpace: boolean;
  /** Tokens that stand for no text; those that the vocabulary lacks are left out. */
  readonly special: readonly string[];
}

/** @param vocab tokens and ids */
export function gpt2Json(
  vocab: ReadonlyMap<string, number>,
  merges: readonly (readonly [string, string])[],
  options: Gpt2JsonOptions,
): Json {
  const special = [...new Set(options.special)].filter((token) => vocab.has(token));
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((token) => addedToken(vocab.get(token)!, token)).sort((a, b) => a.id - b.id),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: options.addPrefixSpace, trim_offsets: true, use_regex: true },
    post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(vocab),
      merges: merges.map(([left, right]) => `${left} ${right}`),
    },
  };
}
