// The tokenizer of a run over text: given by its folder, that of a pretrained model, or learned from the text.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Lines, type Tokenizer, trainWordPiece } from '@orchid-ml/tokenizers';
import { pretrainedTokenizer } from '@orchid-ml/tokenizers/node';
import { failing } from '../errors.ts';
import type { Sources } from '../run/folder.ts';

/**
 * @param lines of the text, to learn a vocabulary from; called when there is no other
 * @throws Failure for a folder without a tokenizer, or a text without words
 */
export function tokenizerFor(
  { tokenizer, from }: Sources,
  { vocab_size, lowercase }: { readonly vocab_size: number; readonly lowercase: boolean },
  lines: () => Lines,
): Promise<Tokenizer> {
  return failing<Tokenizer>(() => {
    const folder = tokenizer ?? from;
    if (folder !== undefined) return pretrainedTokenizer(folder);
    return trainWordPiece(lines(), { vocabSize: vocab_size, lowercase });
  });
}

/** A folder by its absolute path; anything else is a name on the hub, which knows no folder that we run in. */
export function folderOrName(given: string, cwd: string): string {
  const path = resolve(cwd, given);
  return existsSync(path) ? path : given;
}

/** The tokenizer's name, for the banner. */
export function sayTokenizer({ tokenizer, from }: Sources, { type, vocabSize }: Tokenizer): string {
  const where = tokenizer ?? from;
  return `${type} of ${vocabSize.toLocaleString('en-US')} tokens, ${where === undefined ? 'learned from the text' : `of ${where}`}`;
}
