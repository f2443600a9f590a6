// A set of images in memory, a byte a value, and the examples that they make.
import type { ExampleSource } from '../examples/source.ts';
import { Rng } from '../rng.ts';
import { type Picture, type PictureTransform, pictureOf } from './picture.ts';

export interface Images {
  /** [count, height, width, channels], row-major, 0 to 255 */
  readonly pixels: Uint8Array;
  /** int32 [count] */
  readonly labels: Int32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** names by label */
  readonly classes: readonly string[];
}

/** Image `index` of a set, with values of 0 to 1. @throws Error when there is none */
export function pictureAt({ pixels, labels, height, width, channels }: Images, index: number): Picture {
  if (!Number.isInteger(index) || index < 0 || index >= labels.length) {
    throw new Error(`images: index ${index}; want an integer in 0..${labels.length - 1}`);
  }
  const size = height * width * channels;
  return pictureOf(pixels.subarray(index * size, (index + 1) * size), height, width, channels);
}

/**
 * A set's images as examples.
 *
 * @param transform what happens to each as it is read: cropping, augmentation, normalising. Its pictures are all of one size
 * @throws Error when there are no images
 */
export function imageExamples(images: Images, transform: PictureTransform = (picture) => picture): ExampleSource {
  const { labels, classes } = images;
  const { height, width, channels } = transform(pictureAt(images, 0), new Rng(0, 'images/shape'));
  return {
    labels,
    classes,
    shape: [height, width, channels],
    read: (index, rng) => transform(pictureAt(images, index), rng).pixels,
  };
}

/** Mean and standard deviation of each channel over a whole set, of values of 0 to 1: what `normalise` takes. */
export function channelStatistics({ pixels, channels }: Images): { mean: number[]; deviation: number[] } {
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]! / 255;
    sums[i % channels]! += value;
    squares[i % channels]! += value * value;
  }
  const count = pixels.length / channels;
  const mean = Array.from(sums, (sum) => sum / count);
  const deviation = mean.map((value, c) => Math.sqrt(Math.max(0, squares[c]! / count - value * value)));
  return { mean, deviation };
}
