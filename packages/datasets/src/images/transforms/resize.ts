// Changing a picture's size in proportion to nothing but the numbers asked for: bilinear, without aliases when it shrinks.
import { checkSize, type Picture, type PictureTransform } from '../picture.ts';

/** For each output place the inputs it is made of: a triangle as wide as a step of the input, or of the output if wider. */
function weightsOf(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    const weights = Array.from({ length: last - first + 1 }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k - centre) / reach),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** That picture at another size. */
export function resizePicture(
  { pixels, height, width, channels }: Picture,
  newHeight: number,
  newWidth: number,
): Picture {
  checkSize('resize', 'height', newHeight);
  checkSize('resize', 'width', newWidth);
  const wide = new Float32Array(height * newWidth * channels);
  for (const [x, { first, weights }] of weightsOf(width, newWidth).entries()) {
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * pixels[(y * width + first + k) * channels + c]!;
        wide[(y * newWidth + x) * channels + c] = sum;
      }
    }
  }
  const row = newWidth * channels;
  const resized = new Float32Array(newHeight * row);
  for (const [y, { first, weights }] of weightsOf(height, newHeight).entries()) {
    for (let i = 0; i < row; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * wide[(first + k) * row + i]!;
      resized[y * row + i] = sum;
    }
  }
  return { pixels: resized, height: newHeight, width: newWidth, channels };
}

/**
 * Every picture at one size, whatever its proportions; torchvision's `Resize((height, width), antialias=True)`.
 *
 * @throws Error unless both are integers of at least 1
 */
export function resize(height: number, width: number): PictureTransform {
  checkSize('resize', 'height', height);
  checkSize('resize', 'width', width);
  return (picture) => resizePicture(picture, height, width);
}
