// C4 (Raffel et al. 2020, T5): web pages, cleaned; what Orchid-BERT was pre-trained on.
import type { Corpus } from './corpus.ts';

/** The English part, 305 GB packed, in 1,024 files of some 320 MB. */
export function c4(): Corpus {
  return {
    repo: 'allenai/c4',
    splits: { train: ['en/c4-train.*.json.gz'], validation: ['en/c4-validation.*.json.gz'] },
    column: 'text',
    about: '156 billion tokens of English web pages',
  };
}
