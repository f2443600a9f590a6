// Left for right.
import { checkRange, type Picture, type PictureTransform } from '../picture.ts';

/** A picture's mirror image, left for right. */
export function mirror(picture: Picture): Picture {
  const { pixels, height, width, channels } = picture;
  const mirrored = new Float32Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [(y * width + x) * channels, (y * width + width - 1 - x) * channels];
      for (let c = 0; c < channels; c++) mirrored[to + c] = pixels[from + c]!;
    }
  }
  return { ...picture, pixels: mirrored };
}

/** Mirrors some pictures, left for right. @throws Error unless the probability is one */
export function randomFlip(probability = 0.5): PictureTransform {
  checkRange('randomFlip', 'probability', probability, 0, 1);
  return (picture, rng) => (rng.uniform() < probability ? mirror(picture) : picture);
}
