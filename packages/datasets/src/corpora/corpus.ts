// Known texts as data: where the hub has them, which files are which split, and what a document is there.

export interface Corpus {
  /** On the Hugging Face hub. */
  readonly repo: string;
  /** Patterns of each split's files; of splits that are not there, none. */
  readonly splits: Readonly<Partial<Record<Split, readonly string[]>>>;
  /** The column, or the field of JSON, that has the text. */
  readonly column: string;
  /** What it is, for people. */
  readonly about: string;
}

export type Split = 'train' | 'validation' | 'test';

/** The files of a split, as `hubDocuments` takes them. @throws Error when the corpus has no such split */
export function corpusFiles({ repo, splits, column }: Corpus, split: Split) {
  const files = splits[split];
  if (files) return { repo, files, column };
  throw new Error(`${repo}: there is no split "${split}"; it has ${Object.keys(splits).join(', ')}`);
}
