// Random erasing (Zhong et al. 2020): a rectangle of some pictures is blanked.
import { between, normal } from '../../random.ts';
import { checkRange, type PictureTransform } from '../picture.ts';

export interface ErasingOptions {
  /** Default 0.25. */
  readonly probability?: number;
  /** Share of the picture's area, least and most. Default 0.02 to 1/3. */
  readonly scale?: readonly [number, number];
  /** Height over width, least and most. Default 0.3 to 3.3. */
  readonly ratio?: readonly [number, number];
  /** What the rectangle becomes: a value, or `noise`, standard normal (for pictures that are normalised). Default 0. */
  readonly value?: number | 'noise';
}

/** Blanks a random rectangle of some pictures; a picture stays when ten rectangles drawn do not fit into it. */
export function randomErasing(options: ErasingOptions = {}): PictureTransform {
  const { probability = 0.25, scale = [0.02, 1 / 3], ratio = [0.3, 3.3], value = 0 } = options;
  checkRange('randomErasing', 'probability', probability, 0, 1);
  checkRange('randomErasing', 'scale', scale[1], 0, 1);
  checkRange('randomErasing', 'scale', scale[0], 0, scale[1]);
  checkRange('randomErasing', 'ratio', ratio[0], 1e-3, ratio[1]);
  return (picture, rng) => {
    if (rng.uniform() >= probability) return picture;
    const { height, width, channels } = picture;
    for (let i = 0; i < 10; i++) {
      const area = height * width * between(rng, ...scale);
      const proportion = Math.exp(between(rng, Math.log(ratio[0]), Math.log(ratio[1])));
      const h = Math.round(Math.sqrt(area * proportion));
      const w = Math.round(Math.sqrt(area / proportion));
      if (h < 1 || w < 1 || h >= height || w >= width) continue;
      const [top, left] = [rng.integer(height - h + 1), rng.integer(width - w + 1)];
      const pixels = picture.pixels.slice();
      for (let y = top; y < top + h; y++) {
        for (let at = (y * width + left) * channels; at < (y * width + left + w) * channels; at++) {
          pixels[at] = value === 'noise' ? normal(rng) : value;
        }
      }
      return { ...picture, pixels };
    }
    return picture;
  };
}
