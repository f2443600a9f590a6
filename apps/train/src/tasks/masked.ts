// What the end of a run says of any model that fills in what is hidden.
import type { Ended } from '../run/train-run.ts';
import * as format from '../ui/format.ts';
import type { Conclusion } from './kind.ts';

/**
 * The last evaluation on held-out data.
 *
 * @param baseline what guessing by frequency reaches, in words; left out where it is not known
 */
export function concludeMasked({ scores, score }: Ended, baseline?: string): Conclusion {
  const reached = scores && `loss ${format.loss(scores.loss)}, accuracy ${format.percent(scores.accuracy!)}`;
  return {
    score,
    facts: [
      ...(reached === undefined ? [] : [['held out', reached] as const]),
      ...(baseline === undefined ? [] : [['unigram', baseline] as const]),
    ],
  };
}
