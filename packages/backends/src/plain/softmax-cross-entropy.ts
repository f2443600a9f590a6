// Softmax cross entropy on flat arrays in float64: the reference of every engine's kernel, and what the cpu engine runs.

type Values = ArrayLike<number>;

/** Per row of `classes` logits: loss = log Σ exp(logits) - logits[label], natural logarithm. */
export function softmaxCrossEntropy(logits: Values, labels: Values, classes: number) {
  const loss = new Float64Array(labels.length);
  const logSum = new Float64Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes;
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[start + c]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[start + c]! - largest);
    logSum[row] = largest + Math.log(sum);
    loss[row] = logSum[row]! - logits[start + labels[row]!]!;
  }
  return { loss, logSum };
}

/** dlogits = dloss·(softmax(logits) - onehot(label)). */
export function softmaxCrossEntropyGrad(logits: Values, labels: Values, dloss: Values, classes: number): Float64Array {
  const { logSum } = softmaxCrossEntropy(logits, labels, classes);
  const dlogits = new Float64Array(logits.length);
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes;
    for (let c = 0; c < classes; c++) {
      const probability = Math.exp(logits[start + c]! - logSum[row]!);
      dlogits[start + c] = dloss[row]! * (probability - (c === labels[row] ? 1 : 0));
    }
  }
  return dlogits;
}

/** The first label that is not a class, as an index into `labels`, or -1. */
export function findBadLabel(labels: Values, classes: number): number {
  for (let i = 0; i < labels.length; i++) if (!(labels[i]! >= 0 && labels[i]! < classes)) return i;
  return -1;
}
