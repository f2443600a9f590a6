// The keys that say what images look like, as Hugging Face's config.json of a ViT has them.
import { z } from 'zod';
import { count } from './keys.ts';

const side = z.int().min(1);

export const imageKeys = {
  image_size: z
    .union([side, z.tuple([side, side])], { error: 'want an integer of at least 1, or a list [height, width] of two' })
    .default(224)
    .describe('Pixels along a side, or [height, width].'),
  patch_size: count(16).describe('Pixels along a side of a patch; divides the sizes of the image.'),
  num_channels: count(3).describe('Channels of a pixel.'),
};

interface Images {
  readonly image_size: number | [number, number];
  readonly patch_size: number;
}

/** [height, width] */
export function imageSize({ image_size: size }: Images): [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}

/** Patches of an image. */
export function patchCount(config: Images): number {
  const [height, width] = imageSize(config);
  return (height / config.patch_size) * (width / config.patch_size);
}

/** What does not go together, or null. */
export function imageProblem(config: Images): string | null {
  const size = imageSize(config);
  if (size.every((pixels) => pixels % config.patch_size === 0)) return null;
  return `patch_size is ${config.patch_size} and image_size is ${size.join(' x ')}; want a divisor`;
}
