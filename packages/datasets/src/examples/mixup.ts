// Mixing the examples of a batch in pairs, with soft labels (mixup, Zhang et al. 2018), and what others that mix need.
import { beta, shuffled } from '../random.ts';
import type { ExampleBatch } from './batch.ts';
import type { BatchTransform } from './dataset.ts';

/** A batch's soft labels, float32 [batch, classes]: its targets, or each label alone. */
export function softLabels({ targets, labels, batch }: ExampleBatch, classes: number): Float32Array {
  if (targets) return targets;
  const soft = new Float32Array(batch * classes);
  for (const [row, label] of labels.entries()) soft[row * classes + label] = 1;
  return soft;
}

/** share·a + (1 - share)·b, row by row, where b is the row of the partner. */
export function blend(rows: Float32Array, others: Int32Array, share: number): Float32Array {
  const size = rows.length / others.length;
  return rows.map((value, i) => {
    const row = Math.floor(i / size);
    return share * value + (1 - share) * rows[others[row]! * size + (i - row * size)]!;
  });
}

/** @throws Error naming the transform unless alpha is above 0 */
export function checkAlpha(name: string, alpha: number): void {
  if (!(alpha > 0)) throw new Error(`${name}: alpha is ${alpha}; want a number above 0`);
}

/**
 * Blends every example with another one of its batch; one share for all of them, of Beta(alpha, alpha).
 *
 * @throws Error unless alpha is above 0
 */
export function mixup(alpha: number): BatchTransform {
  checkAlpha('mixup', alpha);
  return (batch, classes, rng) => {
    const share = beta(rng, alpha, alpha);
    const others = shuffled(batch.batch, rng);
    return {
      ...batch,
      inputs: blend(batch.inputs, others, share),
      targets: blend(softLabels(batch, classes), others, share),
    };
  };
}

/** One of several, drawn anew for every batch with equal chances. @throws Error when there is none */
export function oneOf(...transforms: readonly BatchTransform[]): BatchTransform {
  if (transforms.length === 0) throw new Error('oneOf: no transforms; want at least 1');
  return (batch, classes, rng) => transforms[rng.integer(transforms.length)]!(batch, classes, rng);
}
