// Matthews' correlation coefficient: how predicted classes go with true ones, from -1 to 1, fair to classes that are rare.
import { checkClasses } from './check.ts';

/**
 * Of any number of classes (Gorodkin 2004); with two, Matthews' own: (TP TN - FP FN) / sqrt((TP+FP)(TP+FN)(TN+FP)(TN+FN)).
 * 0 when all predictions, or all labels, are of one class, where it is not defined.
 *
 * @param predictions classes [n]
 * @param labels classes [n]
 * @throws Error when there are none, or not as many
 */
export function matthews(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkClasses('matthews', predictions, labels);
  const n = labels.length;
  const predicted = new Map<number, number>();
  const occurring = new Map<number, number>();
  let right = 0;
  for (let i = 0; i < n; i++) {
    predicted.set(predictions[i]!, (predicted.get(predictions[i]!) ?? 0) + 1);
    occurring.set(labels[i]!, (occurring.get(labels[i]!) ?? 0) + 1);
    if (predictions[i] === labels[i]) right++;
  }
  let products = 0;
  for (const [label, count] of occurring) products += count * (predicted.get(label) ?? 0);
  const squares = (counts: ReadonlyMap<number, number>) =>
    [...counts.values()].reduce((sum, count) => sum + count * count, 0);
  const spread = (n * n - squares(predicted)) * (n * n - squares(occurring));
  return spread === 0 ? 0 : (right * n - products) / Math.sqrt(spread);
}
