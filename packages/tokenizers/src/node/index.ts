// What needs Node's own modules.
export { loadTokenizer } from './load-tokenizer.ts';
export { type PretrainedTokenizerOptions, pretrainedTokenizer } from './pretrained-tokenizer.ts';
export { readLines } from './read-lines.ts';
