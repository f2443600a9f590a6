// What all kinds of tokenizer.json have beside their model: added tokens, special tokens, and what is put round a text.
import { type AddedToken, plainAddedToken } from '../added-tokens.ts';
import type { SpecialTokens } from '../special-tokens.ts';
import type { Template } from '../template.ts';
import type { TokenizerJSON } from '../tokenizer.ts';
import { Vocabulary } from '../vocabulary.ts';
import { addedToken } from './bert-json.ts';
import { asArray, asBoolean, asCount, asObject, asString, type Json } from './json.ts';
import { savedRoles, specialRoles } from './roles.ts';
import { readTemplate } from './template.ts';

export interface HuggingFaceParts {
  readonly json: TokenizerJSON;
  /** The model's tokens and the added ones. */
  readonly vocabulary: Vocabulary;
  readonly added: readonly AddedToken[];
  readonly specialTokens: SpecialTokens;
  /** ascending */
  readonly specialIds: readonly number[];
  readonly template: Template;
}

/**
 * @param json a tokenizer.json
 * @param tokens the model's tokens and ids
 * @param unk the model's unknown token
 * @param config tokenizer_config.json, empty when there is none
 * @throws Error naming the key that does not fit
 */
export function readParts(
  json: Json,
  tokens: Iterable<readonly [string, unknown]>,
  unk: string | undefined,
  config: Json,
): HuggingFaceParts {
  const listed = asArray('tokenizer.json: added_tokens', json.added_tokens ?? []);
  const added = listed.map(readAdded);
  const all = function* (): Generator<readonly [string, unknown]> {
    yield* tokens;
    for (const { content, id } of added) yield [content, id];
  };
  const vocabulary = new Vocabulary('tokenizer.json: model.vocab', all());
  if (unk !== undefined && !vocabulary.idOf.has(unk))
    throw new Error(`tokenizer.json: model.unk_token is ${JSON.stringify(unk)}, which is not in the vocabulary`);
  const padding = json.padding ? asObject('tokenizer.json: padding', json.padding) : undefined;
  const specialTokens = specialRoles(vocabulary.idOf, config, unk, padding, savedRoles(listed));
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  for (const id of Object.values(specialTokens)) special.add(id);
  return {
    json: withSavedRoles(
      json,
      listed as readonly Json[],
      vocabulary,
      specialTokens,
      specialRoles(vocabulary.idOf, {}, unk, padding),
    ) as TokenizerJSON,
    vocabulary,
    added: withRoles(added, specialTokens, vocabulary),
    specialTokens,
    specialIds: [...special].sort((a, b) => a - b),
    template: readTemplate(json.post_processor ?? null, vocabulary.idOf),
  };
}

function readAdded(value: unknown, index: number): AddedToken {
  const where = `tokenizer.json: added_tokens[${index}]`;
  const token = asObject(where, value);
  const content = asString(`${where}.content`, token.content);
  if (content === '') throw new Error(`${where}.content is ""; want at least one character`);
  return {
    id: asCount(`${where}.id`, token.id),
    content,
    special: asBoolean(`${where}.special`, token.special, false),
    lstrip: asBoolean(`${where}.lstrip`, token.lstrip, false),
    rstrip: asBoolean(`${where}.rstrip`, token.rstrip, false),
    singleWord: asBoolean(`${where}.single_word`, token.single_word, false),
    normalized: asBoolean(`${where}.normalized`, token.normalized, false),
  };
}

/**
 * A tokenizer.json as it is to be saved: its added tokens with the roles that they have by the files beside it alone, as those
 * are not saved.
 *
 * @param usual the roles that tokens have by themselves
 */
function withSavedRoles(
  json: Json,
  listed: readonly Json[],
  vocabulary: Vocabulary,
  roles: SpecialTokens,
  usual: SpecialTokens,
): Json {
  const rolesOf = new Map<number, string[]>();
  for (const role of Object.keys(roles) as (keyof SpecialTokens)[]) {
    const id = roles[role]!;
    if (id !== usual[role]) rolesOf.set(id, [...(rolesOf.get(id) ?? []), role]);
  }
  if (rolesOf.size === 0 && listed.every((token) => token.roles === undefined)) return json;
  const ids = new Set(listed.map(({ id }) => id));
  const unlisted = [...rolesOf.keys()].filter((id) => !ids.has(id));
  const all = [...listed, ...unlisted.map((id) => addedToken(id, vocabulary.token('special token', id, 0)))];
  const tokens = all.map(({ roles: _before, ...token }: Json): Json => {
    const mine = rolesOf.get(token.id as number);
    return mine ? { ...token, roles: mine } : token;
  });
  return { ...json, added_tokens: tokens.sort((a, b) => (a.id as number) - (b.id as number)) };
}

/** Tokens that have a role are special also where added_tokens does not list them, or lists them as ordinary. */
function withRoles(added: readonly AddedToken[], roles: SpecialTokens, vocabulary: Vocabulary): AddedToken[] {
  const ids = new Set(Object.values(roles));
  const listed = added.map((token) => (ids.has(token.id) ? { ...token, special: true } : token));
  for (const { id } of added) ids.delete(id);
  const others = [...ids].map((id, index) => plainAddedToken(id, vocabulary.token('special token', id, index), true));
  return [...listed, ...others];
}
