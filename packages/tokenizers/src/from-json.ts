// Reads a tokenizer of any type back from its JSON: ours, as a checkpoint keeps it, or Hugging Face's tokenizer.json.
import { ByteTokenizer } from './bytes.ts';
import { CharTokenizer } from './characters.ts';
import { tokenizerFromHuggingFace } from './huggingface/from-json.ts';
import { asObject, type Json, parseJson } from './huggingface/json.ts';
import type { Tokenizer, TokenizerJSON } from './tokenizer.ts';

/**
 * The tokenizer that a JSON value, or its text, describes.
 *
 * @param json of `toJSON()`, or a Hugging Face tokenizer.json
 * @param config for the latter, the tokenizer_config.json beside it: it names the special tokens where their names do not
 * @throws Error when the text is not JSON, the kind is not known, or a key does not fit
 */
export function tokenizerFromJSON(json: unknown, config?: unknown): Tokenizer {
  const value = typeof json === 'string' ? parseJson('tokenizerFromJSON', json) : json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(
      `tokenizerFromJSON: got ${Array.isArray(value) ? 'an array' : JSON.stringify(value)}; want an object`,
    );
  }
  const described = value as TokenizerJSON;
  switch (described.type) {
    case 'char':
      return CharTokenizer.fromJSON(described);
    case 'byte':
      return ByteTokenizer.fromJSON(described);
    default:
      if (described.model === undefined)
        throw new Error(
          `tokenizerFromJSON: type is ${JSON.stringify(described.type)}; ` +
            'want "char" or "byte", or a Hugging Face tokenizer.json, which has a model',
        );
      return tokenizerFromHuggingFace(described as Json, readConfig(config));
  }
}

function readConfig(config: unknown): Json {
  if (config === undefined || config === null) return {};
  const where = 'tokenizer_config.json';
  return asObject(where, typeof config === 'string' ? parseJson(where, config) : config);
}
