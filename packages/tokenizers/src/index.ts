// The package's public names.
export { ByteTokenizer } from './bytes.ts';
export { CharTokenizer, type CharTokenizerOptions } from './characters.ts';
export { tokenizerFromJSON } from './from-json.ts';
export {
  type EncodeOptions,
  SPECIAL_COUNT,
  SPECIAL_TEXT,
  SPECIAL_TOKENS,
  type SpecialTokens,
  type Tokenizer,
  type TokenizerJSON,
} from './tokenizer.ts';
