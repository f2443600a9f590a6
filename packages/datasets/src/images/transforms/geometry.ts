// Turning, shearing and moving pictures about their middles.
import type { Picture } from '../picture.ts';

/** Where an output pixel's value comes from: x' = a·x + b·y + c, y' = d·x + e·y + f, both from the picture's middle. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * The picture through an affine map, taking the nearest pixel; places outside of it become `fill`.
 *
 * @param map from output to input: pixels, x to the right and y down
 */
export function affine(picture: Picture, [a, b, c, d, e, f]: Affine, fill = 0): Picture {
  const { pixels, height, width, channels } = picture;
  const moved = new Float32Array(pixels.length).fill(fill);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [column - middleX, row - middleY];
      const fromX = Math.round(a * x + b * y + c + middleX);
      const fromY = Math.round(d * x + e * y + f + middleY);
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
      const [from, to] = [(fromY * width + fromX) * channels, (row * width + column) * channels];
      for (let channel = 0; channel < channels; channel++) moved[to + channel] = pixels[from + channel]!;
    }
  }
  return { ...picture, pixels: moved };
}

/** Turned against the clock by that many degrees. */
export function rotate(picture: Picture, degrees: number, fill = 0): Picture {
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  return affine(picture, [cos, -sin, 0, sin, cos, 0], fill);
}

/** Rows, or columns, moved by `slope` times how far they are from the middle. */
export function shear(picture: Picture, axis: 'x' | 'y', slope: number, fill = 0): Picture {
  return affine(picture, axis === 'x' ? [1, slope, 0, 0, 1, 0] : [1, 0, 0, slope, 1, 0], fill);
}

/** Moved by that many pixels, to the right or down. */
export function translate(picture: Picture, axis: 'x' | 'y', by: number, fill = 0): Picture {
  return affine(picture, axis === 'x' ? [1, 0, -by, 0, 1, 0] : [1, 0, 0, 0, 1, -by], fill);
}
