// Texts by name.
export { c4 } from './c4.ts';
export { type Corpus, corpusFiles, type Split } from './corpus.ts';
export { wikitext2, wikitext103 } from './wikitext.ts';
