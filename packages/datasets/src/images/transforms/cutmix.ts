// CutMix (Yun et al. 2019): part of one image in another, with soft labels.
import { valuesOf } from '../../examples/batch.ts';
import type { BatchTransform } from '../../examples/dataset.ts';
import { blend, checkAlpha, softLabels } from '../../examples/mixup.ts';
import { beta, shuffled } from '../../random.ts';
import type { Rng } from '../../rng.ts';

/**
 * Pastes a rectangle of another image of its batch into every image; one rectangle for all of them, of Beta(alpha, alpha)
 * of the area, less what of it falls outside. Labels weigh as the areas do.
 *
 * @throws Error unless alpha is above 0; when it is used, at examples that are no images
 */
export function cutmix(alpha: number): BatchTransform {
  checkAlpha('cutmix', alpha);
  return (batch, classes, rng) => {
    const [height, width, channels] = batch.shape;
    if (batch.shape.length !== 3) {
      throw new Error(`cutmix: examples of [${batch.shape.join(', ')}]; want images, [height, width, channels]`);
    }
    const side = Math.sqrt(1 - beta(rng, alpha, alpha));
    const [top, bottom] = span(height!, side, rng);
    const [left, right] = span(width!, side, rng);
    const others = shuffled(batch.batch, rng);
    const inputs = batch.inputs.slice();
    const size = valuesOf(batch.shape);
    for (const [row, other] of others.entries()) {
      for (let y = top; y < bottom; y++) {
        const [from, to] = [(y * width! + left) * channels!, (y * width! + right) * channels!];
        inputs.set(batch.inputs.subarray(other * size + from, other * size + to), row * size + from);
      }
    }
    const share = 1 - ((bottom - top) * (right - left)) / (height! * width!);
    return { ...batch, inputs, targets: blend(softLabels(batch, classes), others, share) };
  };
}

/** A stretch of that share of a length round a random place, cut at the ends. */
function span(length: number, share: number, rng: Rng): [start: number, end: number] {
  const half = Math.floor((length * share) / 2);
  const middle = rng.integer(length);
  return [Math.max(0, middle - half), Math.min(length, middle + half)];
}
