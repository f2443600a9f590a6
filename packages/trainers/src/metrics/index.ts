// Metrics by their names, as the tasks of GLUE list them.
import { accuracy } from './accuracy.ts';
import { f1 } from './f1.ts';
import { matthews } from './matthews.ts';
import { pearson } from './pearson.ts';
import { spearman } from './spearman.ts';

export { accuracy, f1, matthews, pearson, spearman };

/** Each takes predictions [n] and labels [n]; the larger the better. */
export const METRICS = { accuracy, f1, matthews, pearson, spearman } as const;

export type MetricName = keyof typeof METRICS;

/**
 * Several metrics of the same predictions.
 *
 * @param predictions classes, or numbers for `pearson` and `spearman`
 * @throws Error when there are none, not as many as labels, or a name is unknown
 */
export function metricsOf<Name extends MetricName>(
  names: readonly Name[],
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
): Record<Name, number> {
  const values = names.map((name) => {
    if (!Object.hasOwn(METRICS, name))
      throw new Error(`metric is ${JSON.stringify(name)}; want ${Object.keys(METRICS).join(', ')}`);
    return [name, METRICS[name](predictions, labels)] as const;
  });
  return Object.fromEntries(values) as Record<Name, number>;
}
