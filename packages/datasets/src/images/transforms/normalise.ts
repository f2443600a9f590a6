// Channels of mean 0 and deviation 1.
import type { PictureTransform } from '../picture.ts';

/**
 * (value - mean) / deviation, channel by channel.
 *
 * @param mean one a channel, of values of 0 to 1
 * @param deviation one a channel, each above 0
 * @throws Error when they are not of one length; when it is used, at a picture with another number of channels
 */
export function normalise(mean: readonly number[], deviation: readonly number[]): PictureTransform {
  if (mean.length !== deviation.length || mean.length === 0) {
    throw new Error(`normalise: ${mean.length} means and ${deviation.length} deviations; want one of each a channel`);
  }
  const zero = deviation.find((value) => !(value > 0));
  if (zero !== undefined) throw new Error(`normalise: a deviation is ${zero}; want numbers above 0`);
  return (picture) => {
    const { channels, pixels } = picture;
    if (channels !== mean.length) {
      throw new Error(`normalise: a picture has ${channels} channels; want ${mean.length}, as the means are`);
    }
    return {
      ...picture,
      pixels: pixels.map((value, i) => (value - mean[i % channels]!) / deviation[i % channels]!),
    };
  };
}

/** ImageNet's means and deviations, red, green and blue, of values of 0 to 1. */
export const IMAGENET_STATISTICS = {
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
} as const;
