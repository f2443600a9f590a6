// WikiText (Merity et al. 2016, Pointer Sentinel Mixture Models): good and featured articles of Wikipedia, a line a row.
import type { Corpus } from './corpus.ts';

function wikitext(config: string, about: string): Corpus {
  const file = (split: string) => [`${config}/${split}-*.parquet`];
  const splits = { train: file('train'), validation: file('validation'), test: file('test') };
  return { repo: 'Salesforce/wikitext', splits, column: 'text', about };
}

/** 2 million words. */
export function wikitext2(): Corpus {
  return wikitext('wikitext-2-raw-v1', '2 million words of good and featured Wikipedia articles');
}

/** 103 million words. */
export function wikitext103(): Corpus {
  return wikitext('wikitext-103-raw-v1', '103 million words of good and featured Wikipedia articles');
}
