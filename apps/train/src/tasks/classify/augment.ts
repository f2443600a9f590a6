// From a preset's keys to what is done to images: the same for small sets in memory and for large ones on disk.
import {
  type BatchTransform,
  colourJitter,
  compose,
  cutmix,
  mixup,
  normalise,
  oneOf,
  type PictureTransform,
  randAugment,
  randomErasing,
  randomFlip,
} from '@orchid-ml/datasets';
import type { ImageConfig } from '../../config/signal-schema.ts';

/** Means and deviations of the channels, of values of 0 to 1. */
export interface Statistics {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/**
 * What is done to training images.
 *
 * @param first before all else, such as a random crop
 */
export function augmentation(
  { data }: ImageConfig,
  { mean, deviation }: Statistics,
  first: readonly PictureTransform[] = [],
): PictureTransform {
  const { colour_jitter: jitter, rand_augment: count, rand_magnitude: magnitude } = data;
  return compose(
    ...first,
    ...(data.flip ? [randomFlip()] : []),
    ...(count > 0 ? [randAugment({ count, magnitude })] : []),
    ...(jitter > 0 ? [colourJitter({ brightness: jitter, contrast: jitter, saturation: jitter })] : []),
    normalise(mean, deviation),
    ...(data.erasing > 0 ? [randomErasing({ probability: data.erasing })] : []),
  );
}

/** What is done to training batches, if anything; of several each batch gets one. */
export function mixing({ mixup: blend, cutmix: paste = 0 }: { readonly mixup: number; readonly cutmix?: number }): {
  readonly batchTransform?: BatchTransform;
} {
  const transforms = [...(blend > 0 ? [mixup(blend)] : []), ...(paste > 0 ? [cutmix(paste)] : [])];
  return transforms.length > 0 ? { batchTransform: oneOf(...transforms) } : {};
}
