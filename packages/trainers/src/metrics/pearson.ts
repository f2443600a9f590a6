// Pearson's correlation: how close predicted and true numbers come to a rising line, from -1 to 1.
import { checkPairs } from './check.ts';

/**
 * 0 when all predictions, or all labels, are equal, where it is not defined.
 *
 * @param predictions numbers [n]
 * @param labels numbers [n]
 * @throws Error when there are none, or not as many
 */
export function pearson(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkPairs('pearson', predictions, labels);
  // Asked of the values: rounding of the mean leaves deviations where there are none.
  const isConstant = (values: ArrayLike<number>) => Array.from(values).every((value) => value === values[0]);
  if (isConstant(predictions) || isConstant(labels)) return 0;
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(predictions), mean(labels)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    const [x, y] = [predictions[i]! - mx, labels[i]! - my];
    xy += x * y;
    xx += x * x;
    yy += y * y;
  }
  // Rounding may lead a hair beyond.
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
}
