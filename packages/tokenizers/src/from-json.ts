// Reads a tokenizer of any type back from its JSON, as a checkpoint keeps it.
import { ByteTokenizer } from './bytes.ts';
import { CharTokenizer } from './characters.ts';
import type { Tokenizer, TokenizerJSON } from './tokenizer.ts';

/**
 * The tokenizer that a JSON value, or its text, describes.
 *
 * @throws Error when the text is not JSON, the type or version is unknown, or a key does not fit
 */
export function tokenizerFromJSON(json: unknown): Tokenizer {
  const value = typeof json === 'string' ? parse(json) : json;
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
      throw new Error(`tokenizerFromJSON: type is ${JSON.stringify(described.type)}; want "char" or "byte"`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`tokenizerFromJSON: not JSON: ${(error as Error).message}`, { cause: error });
  }
}
