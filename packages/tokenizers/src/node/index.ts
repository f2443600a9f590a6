// What needs Node's own modules.
export { loadTokenizer } from './load-tokenizer.ts';
export { readLines } from './read-lines.ts';
