// Reads `post_processor` of a tokenizer.json: which special tokens stand round a text.
import { bertTemplate, PLAIN_TEMPLATE, robertaTemplate, type Template, type TemplateItem } from '../template.ts';
import { asArray, asCount, asObject, asString, type Json } from './json.ts';

const WHERE = 'tokenizer.json: post_processor';

/** @throws Error when the kind is unknown or a token is not in the vocabulary */
export function readTemplate(value: unknown, idOf: ReadonlyMap<string, number>): Template {
  if (value === null) return PLAIN_TEMPLATE;
  const json = asObject(WHERE, value);
  switch (json.type) {
    case 'ByteLevel':
      return PLAIN_TEMPLATE;
    case 'TemplateProcessing': {
      const special = json.special_tokens === undefined ? {} : asObject(`${WHERE}.special_tokens`, json.special_tokens);
      return { single: readItems(json, 'single', special, idOf), pair: readItems(json, 'pair', special, idOf) };
    }
    case 'BertProcessing':
      return bertTemplate(pairId(json, 'cls', idOf), pairId(json, 'sep', idOf));
    case 'RobertaProcessing':
      return robertaTemplate(pairId(json, 'cls', idOf), pairId(json, 'sep', idOf));
    case 'Sequence': {
      const templates = asArray(`${WHERE}.processors`, json.processors)
        .map((processor) => readTemplate(processor, idOf))
        .filter((template) => template !== PLAIN_TEMPLATE);
      if (templates.length > 1)
        throw new Error(`${WHERE}: ${templates.length} of a Sequence add tokens; want at most one`);
      return templates[0] ?? PLAIN_TEMPLATE;
    }
    default:
      throw new Error(
        `${WHERE}.type is ${JSON.stringify(json.type)}; ` +
          'want TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel or Sequence',
      );
  }
}

function readItems(json: Json, key: 'single' | 'pair', special: Json, idOf: ReadonlyMap<string, number>) {
  return asArray(`${WHERE}.${key}`, json[key]).map((value, index): TemplateItem => {
    const where = `${WHERE}.${key}[${index}]`;
    const item = asObject(where, value);
    if (item.Sequence !== undefined) {
      const sequence = asObject(`${where}.Sequence`, item.Sequence);
      if ((sequence.id !== 'A' && sequence.id !== 'B') || (key === 'single' && sequence.id === 'B'))
        throw new Error(
          `${where}.Sequence.id is ${JSON.stringify(sequence.id)}; want ${key === 'pair' ? 'A or B' : 'A'}`,
        );
      return { sequence: sequence.id, typeId: asCount(`${where}.Sequence.type_id`, sequence.type_id ?? 0) };
    }
    const token = asObject(`${where}.SpecialToken`, item.SpecialToken);
    const name = asString(`${where}.SpecialToken.id`, token.id);
    const described =
      special[name] === undefined ? undefined : asObject(`${WHERE}.special_tokens.${name}`, special[name]);
    const ids = described
      ? asArray(`${WHERE}.special_tokens.${name}.ids`, described.ids).map((id, i) => asCount(`${where} ids[${i}]`, id))
      : [tokenId(where, name, idOf)];
    return { ids, typeId: asCount(`${where}.SpecialToken.type_id`, token.type_id ?? 0) };
  });
}

/** Of `["[CLS]", 101]`. */
function pairId(json: Json, key: 'cls' | 'sep', idOf: ReadonlyMap<string, number>): number {
  const pair = asArray(`${WHERE}.${key}`, json[key]);
  const id = asCount(`${WHERE}.${key}[1]`, pair[1]);
  const token = asString(`${WHERE}.${key}[0]`, pair[0]);
  if (tokenId(`${WHERE}.${key}`, token, idOf) !== id)
    throw new Error(
      `${WHERE}.${key} is ${JSON.stringify(pair)}, but the vocabulary has ${token} at ${idOf.get(token)}`,
    );
  return id;
}

function tokenId(where: string, token: string, idOf: ReadonlyMap<string, number>): number {
  const id = idOf.get(token);
  if (id === undefined) throw new Error(`${where} names ${JSON.stringify(token)}, which is not in the vocabulary`);
  return id;
}
