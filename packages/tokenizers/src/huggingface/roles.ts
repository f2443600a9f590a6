// Which token is for padding, which for masks, and so on: a tokenizer.json does not say, its neighbours may, names do.
import type { SpecialTokens } from '../special-tokens.ts';
import { asArray, asObject, asString, type Json } from './json.ts';

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

/** Roles of tokens by their texts. */
export type RoleTokens = { readonly [role in keyof SpecialTokens]?: string };

/**
 * The roles that a saved tokenizer.json gives its added tokens, where names do not tell them: `roles`, a key of ours that others
 * pass over, as `["pad"]`.
 *
 * @throws Error at a role that there is not
 */
export function savedRoles(addedTokens: readonly unknown[]): RoleTokens {
  const found: { -readonly [role in keyof SpecialTokens]?: string } = {};
  for (const [index, value] of addedTokens.entries()) {
    const where = `tokenizer.json: added_tokens[${index}]`;
    const { roles, content } = asObject(where, value);
    for (const role of asArray(`${where}.roles`, roles ?? [])) {
      if (typeof role !== 'string' || !Object.hasOwn(NAMES, role))
        throw new Error(`${where}.roles has ${JSON.stringify(role)}; want some of ${Object.keys(NAMES).join(', ')}`);
      found[role as keyof SpecialTokens] = asString(`${where}.content`, content);
    }
  }
  return found;
}

/**
 * The ids of the special tokens.
 *
 * @param config tokenizer_config.json or special_tokens_map.json: `pad_token` and so on, texts or `{content}`
 * @param unk the model's own unknown token
 * @param padding `padding` of tokenizer.json
 * @param saved what {@link savedRoles} found; the configuration goes before it
 * @throws Error when the configuration names a token that is not in the vocabulary
 */
export function specialRoles(
  idOf: ReadonlyMap<string, number>,
  config: Json,
  unk: string | undefined,
  padding: Json | undefined,
  saved: RoleTokens = {},
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
    const names = [saved[role], own, ...NAMES[role]].filter((token) => typeof token === 'string');
    const name = names.find((token) => idOf.has(token));
    if (name !== undefined) roles[role] = idOf.get(name)!;
  }
  return roles;
}
