// The share of predictions that are right.
import { checkClasses } from './check.ts';

/**
 * @param predictions classes [n]
 * @param labels classes [n]
 * @throws Error when there are none, or not as many
 */
export function accuracy(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkClasses('accuracy', predictions, labels);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predictions[i] === labels[i]) right++;
  return right / labels.length;
}
