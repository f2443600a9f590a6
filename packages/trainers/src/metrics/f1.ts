// The harmonic mean of precision and recall of one class.
import { checkClasses } from './check.ts';

/**
 * 2 TP / (2 TP + FP + FN); 0 when the class neither occurs nor is predicted.
 *
 * @param predictions classes [n]
 * @param labels classes [n]
 * @param positive the class that is looked for. Default 1
 * @throws Error when there are none, or not as many
 */
export function f1(predictions: ArrayLike<number>, labels: ArrayLike<number>, positive = 1): number {
  checkClasses('f1', predictions, labels);
  let both = 0;
  let either = 0;
  for (let i = 0; i < labels.length; i++) {
    const [predicted, true_] = [predictions[i] === positive, labels[i] === positive];
    if (predicted && true_) both++;
    either += Number(predicted) + Number(true_);
  }
  return either === 0 ? 0 : (2 * both) / either;
}
