// Makes the tokenizer that a Hugging Face tokenizer.json describes: ours for BERT's and GPT-2's kinds, the library's for others.
import { BpeTokenizer } from '../bpe/tokenizer.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { WordPieceTokenizer } from '../wordpiece/tokenizer.ts';
import { asArray, asBoolean, asCount, asObject, asString, type Json } from './json.ts';
import { LibraryTokenizer } from './library-tokenizer.ts';
import { readMerges } from './merges.ts';
import { readParts } from './parts.ts';

const MODEL = 'tokenizer.json: model';

/**
 * @param json a tokenizer.json
 * @param config tokenizer_config.json beside it: names the special tokens
 * @throws Error naming the key that does not fit, or the kind that cannot be run
 */
export function tokenizerFromHuggingFace(json: Json, config: Json = {}): Tokenizer {
  const model = asObject(MODEL, json.model);
  const kind = modelKind(model);
  switch (kind) {
    case 'WordPiece':
      return wordPiece(json, model, config);
    case 'BPE':
      return bpe(json, model, config);
    case 'Unigram':
      return unigram(json, model, config);
  }
}

/** Files of older versions do not say it. */
function modelKind(model: Json): 'WordPiece' | 'BPE' | 'Unigram' {
  const { type } = model;
  if (type === 'WordPiece' || type === 'BPE' || type === 'Unigram') return type;
  if (type === undefined && Array.isArray(model.vocab)) return 'Unigram';
  if (type === undefined && model.merges !== undefined) return 'BPE';
  if (type === undefined && model.max_input_chars_per_word !== undefined) return 'WordPiece';
  throw new Error(`${MODEL}.type is ${JSON.stringify(type) ?? 'missing'}; want WordPiece, BPE or Unigram`);
}

function wordPiece(json: Json, model: Json, config: Json): Tokenizer {
  const vocab = Object.entries(asObject(`${MODEL}.vocab`, model.vocab));
  const unk = asString(`${MODEL}.unk_token`, model.unk_token);
  const parts = readParts(json, vocab, unk, config);
  const normalizer = json.normalizer == null ? null : asObject('tokenizer.json: normalizer', json.normalizer);
  const split =
    json.pre_tokenizer == null ? undefined : asObject('tokenizer.json: pre_tokenizer', json.pre_tokenizer).type;
  const decoder = json.decoder == null ? null : asObject('tokenizer.json: decoder', json.decoder);
  const isBert =
    (normalizer === null || normalizer.type === 'BertNormalizer') &&
    split === 'BertPreTokenizer' &&
    (decoder === null || decoder.type === 'WordPiece') &&
    !addsNormalized(json);
  if (!isBert) return others(json, parts);
  const say = (key: string, fallback: boolean) =>
    normalizer === null ? false : asBoolean(`tokenizer.json: normalizer.${key}`, normalizer[key], fallback);
  const lowercase = say('lowercase', true);
  return new WordPieceTokenizer(parts, {
    unk: parts.vocabulary.idOf.get(unk)!,
    prefix: asString(`${MODEL}.continuing_subword_prefix`, model.continuing_subword_prefix ?? '##'),
    maxInputCharsPerWord: asCount(`${MODEL}.max_input_chars_per_word`, model.max_input_chars_per_word ?? 100),
    normalization: {
      cleanText: say('clean_text', true),
      chineseChars: say('handle_chinese_chars', true),
      stripAccents: say('strip_accents', lowercase),
      lowercase,
    },
    cleanup: asBoolean('tokenizer.json: decoder.cleanup', decoder?.cleanup, true),
  });
}

function bpe(json: Json, model: Json, config: Json): Tokenizer {
  const vocab = Object.entries(asObject(`${MODEL}.vocab`, model.vocab));
  const unk = model.unk_token == null ? undefined : asString(`${MODEL}.unk_token`, model.unk_token);
  if (model.dropout != null && model.dropout !== 0)
    throw new Error(`${MODEL}.dropout is ${JSON.stringify(model.dropout)}; want null (random merges are not run)`);
  const merges = readMerges(`${MODEL}.merges`, asArray(`${MODEL}.merges`, model.merges));
  const parts = readParts(json, vocab, unk, config);
  const split = json.pre_tokenizer == null ? null : asObject('tokenizer.json: pre_tokenizer', json.pre_tokenizer);
  const decoder = json.decoder == null ? null : asObject('tokenizer.json: decoder', json.decoder);
  const isGpt2 =
    json.normalizer == null &&
    split?.type === 'ByteLevel' &&
    split.use_regex !== false &&
    (decoder === null || decoder.type === 'ByteLevel') &&
    !model.continuing_subword_prefix &&
    !model.end_of_word_suffix &&
    !model.fuse_unk &&
    !model.byte_fallback;
  if (!isGpt2) return others(json, parts);
  const after = json.post_processor == null ? {} : asObject('tokenizer.json: post_processor', json.post_processor);
  return new BpeTokenizer(parts, {
    merges,
    addPrefixSpace: asBoolean('tokenizer.json: pre_tokenizer.add_prefix_space', split.add_prefix_space, true),
    // Where no post_processor trims, offsets are of all bytes.
    trimOffsets: asBoolean(
      'tokenizer.json: post_processor.trim_offsets',
      after.trim_offsets,
      after.type === 'ByteLevel',
    ),
    ignoreMerges: asBoolean(`${MODEL}.ignore_merges`, model.ignore_merges, false),
    ...(unk === undefined ? {} : { unk: parts.vocabulary.idOf.get(unk)! }),
  });
}

function unigram(json: Json, model: Json, config: Json): Tokenizer {
  const vocab = asArray(`${MODEL}.vocab`, model.vocab).map((entry, id): [string, number] => {
    const pair = asArray(`${MODEL}.vocab[${id}]`, entry);
    return [asString(`${MODEL}.vocab[${id}][0]`, pair[0]), id];
  });
  const unkId = model.unk_id == null ? undefined : asCount(`${MODEL}.unk_id`, model.unk_id);
  if (unkId !== undefined && unkId >= vocab.length)
    throw new Error(`${MODEL}.unk_id is ${unkId}; want one of the ${vocab.length} tokens`);
  return others(json, readParts(json, vocab, unkId === undefined ? undefined : vocab[unkId]![0], config));
}

/** The library's, unless the file asks for what it would get wrong without a word. */
function others(json: Json, parts: ReturnType<typeof readParts>): Tokenizer {
  const behavior = findBehavior(json.pre_tokenizer);
  if (behavior)
    throw new Error(`tokenizer.json: pre_tokenizer splits with behavior ${behavior}; want Isolated or Removed`);
  const single = parts.added.find(({ singleWord }) => singleWord);
  if (single)
    throw new Error(
      `tokenizer.json: added token ${JSON.stringify(single.content)} is single_word, which cannot be run here`,
    );
  const model = asObject(MODEL, json.model);
  if (model.type === undefined)
    return new LibraryTokenizer({ ...parts, json: { ...parts.json, model: { ...model, type: modelKind(model) } } });
  return new LibraryTokenizer(parts);
}

const BEHAVIORS = ['MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

function findBehavior(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { behavior, pretokenizers } = value as Json;
  if (typeof behavior === 'string' && BEHAVIORS.includes(behavior)) return behavior;
  return Array.isArray(pretokenizers)
    ? pretokenizers.map(findBehavior).find((found) => found !== undefined)
    : undefined;
}

/** Whether a token is to be looked for in the normalised text, which only the library does. */
function addsNormalized(json: Json): boolean {
  const added = Array.isArray(json.added_tokens) ? json.added_tokens : [];
  return json.normalizer != null && added.some((token) => token?.normalized === true && !token.special);
}
