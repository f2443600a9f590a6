// Which token is for padding, which for masks, and so on: a tokenizer.json does not say, its neighbours may, names do.
import type { SpecialTokens } from '../special-tokens.ts';
import { asObject, asString, type Json } from './json.ts';

/** What tokens of a role are called where nobody says so: BERT's names, RoBERTa's, GPT-2's. */
const NAMES: Readonly<Record<keyof SpecialTokens, readonly string[]>> = {
  pad: ['[PAD]', '<pad>'],
  unk: ['[UNK]', '<unk>'],
  mask: ['[MASK]', '<mask>'],
  cls: ['[CLS]', '<s>'],
  sep: ['[SEP]', '</s>'],
  bos: ['[BOS]', '<s>', '<|endoftext|>'],
  eos: ['[EOS]', '</s>', '<|endoftext|>'],
};

/**
 * The ids of the special tokens.
 *
 * @param config tokenizer_config.json or special_tokens_map.json: `pad_token` and so on, texts or `{content}`
 * @param unk the model's own unknown token
 * @param padding `padding` of tokenizer.json
 * @throws Error when the configuration names a token that is not in the vocabulary
 */
export function specialRoles(
  idOf: ReadonlyMap<string, number>,
  config: Json,
  unk: string | undefined,
  padding: Json | undefined,
): SpecialTokens {
  const roles: { -readonly [role in keyof SpecialTokens]: number } = {};
  for (const role of Object.keys(NAMES) as (keyof SpecialTokens)[]) {
    const where = `tokenizer_config.json: ${role}_token`;
    const said = config[`${role}_token`];
    if (said !== undefined && said !== null) {
      const content = typeof said === 'string' ? said : asString(`${where}.content`, asObject(where, said).content);
      const id = idOf.get(content);
      if (id === undefined) throw new Error(`${where} is ${JSON.stringify(content)}, which is not in the vocabulary`);
      roles[role] = id;
      continue;
    }
    const own = role === 'unk' ? unk : role === 'pad' ? padding?.pad_token : undefined;
    const names = typeof own === 'string' ? [own, ...NAMES[role]] : NAMES[role];
    const name = names.find((token) => idOf.has(token));
    if (name !== undefined) roles[role] = idOf.get(name)!;
  }
  return roles;
}
