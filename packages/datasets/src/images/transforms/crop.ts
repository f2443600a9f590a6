// Parts of pictures: a given one, the middle, a random one after padding, and a random one at one size.
import { between } from '../../random.ts';
import type { Rng } from '../../rng.ts';
import { checkRange, checkSize, type Picture, type PictureTransform } from '../picture.ts';
import { resizePicture } from './resize.ts';

/** A rectangle within a picture: pixels. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** That region of a picture. @throws Error unless all of it is within */
export function crop({ pixels, height, width, channels }: Picture, region: Region): Picture {
  const { top, left } = region;
  if (top < 0 || left < 0 || top + region.height > height || left + region.width > width) {
    const { height: h, width: w } = region;
    throw new Error(`crop: ${h} by ${w} from row ${top}, column ${left}; the picture has ${height} by ${width}`);
  }
  const row = region.width * channels;
  const cropped = new Float32Array(region.height * row);
  for (let y = 0; y < region.height; y++) {
    const from = ((top + y) * width + left) * channels;
    cropped.set(pixels.subarray(from, from + row), y * row);
  }
  return { pixels: cropped, height: region.height, width: region.width, channels };
}

/** A picture with a border of `padding` pixels of one value on every side. */
export function pad({ pixels, height, width, channels }: Picture, padding: number, fill = 0): Picture {
  checkSize('pad', 'padding', padding, 0);
  const [newHeight, newWidth] = [height + 2 * padding, width + 2 * padding];
  const padded = new Float32Array(newHeight * newWidth * channels).fill(fill);
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    padded.set(pixels.subarray(y * row, (y + 1) * row), ((y + padding) * newWidth + padding) * channels);
  }
  return { pixels: padded, height: newHeight, width: newWidth, channels };
}

/** The middle of every picture. @throws Error, when it is used, at a picture that is smaller */
export function centreCrop(height: number, width: number): PictureTransform {
  checkSize('centreCrop', 'height', height);
  checkSize('centreCrop', 'width', width);
  return (picture) => {
    const top = Math.floor((picture.height - height) / 2);
    const left = Math.floor((picture.width - width) / 2);
    return crop(picture, { top, left, height, width });
  };
}

/**
 * Pads every side and then takes a part of the original size from a random place: the usual augmentation of CIFAR.
 *
 * @param fill the border's value, 0 to 1. Default 0
 */
export function randomCrop(padding: number, fill = 0): PictureTransform {
  checkSize('randomCrop', 'padding', padding, 0);
  return (picture, rng) => {
    const { height, width } = picture;
    const [top, left] = [rng.integer(2 * padding + 1), rng.integer(2 * padding + 1)];
    return crop(pad(picture, padding, fill), { top, left, height, width });
  };
}

export interface ResizedCropOptions {
  /** Share of the picture's area, least and most. Default 0.08 to 1. */
  readonly scale?: readonly [number, number];
  /** Width over height, least and most. Default 3/4 to 4/3. */
  readonly ratio?: readonly [number, number];
}

/**
 * The region that torchvision's `RandomResizedCrop` draws: of an area and of proportions within bounds, from a random
 * place; after ten draws that do not fit, the largest middle one whose proportions are within the bounds.
 */
export function drawRegion(
  { height, width }: { readonly height: number; readonly width: number },
  rng: Rng,
  { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] }: ResizedCropOptions = {},
): Region {
  for (let i = 0; i < 10; i++) {
    const area = height * width * between(rng, ...scale);
    const proportion = Math.exp(between(rng, Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.round(Math.sqrt(area * proportion));
    const h = Math.round(Math.sqrt(area / proportion));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return { top: rng.integer(height - h + 1), left: rng.integer(width - w + 1), height: h, width: w };
  }
  const proportion = Math.min(Math.max(width / height, ratio[0]), ratio[1]);
  const w = Math.max(1, Math.min(width, Math.round(height * proportion)));
  const h = Math.max(1, Math.min(height, Math.round(width / proportion)));
  return { top: (height - h) >> 1, left: (width - w) >> 1, height: h, width: w };
}

/** A random region of every picture, at one size: Inception's augmentation, the usual one of ImageNet. */
export function randomResizedCrop(height: number, width: number, options: ResizedCropOptions = {}): PictureTransform {
  checkSize('randomResizedCrop', 'height', height);
  checkSize('randomResizedCrop', 'width', width);
  checkResizedCrop(options);
  return (picture, rng) => resizePicture(crop(picture, drawRegion(picture, rng, options)), height, width);
}

/** The largest region in the middle that has the proportions wanted, times `share`. */
export function centreRegion(
  { height, width }: { readonly height: number; readonly width: number },
  wanted: { readonly height: number; readonly width: number },
  share: number,
): Region {
  const scale = Math.min(height / wanted.height, width / wanted.width) * share;
  const h = Math.max(1, Math.min(height, Math.round(wanted.height * scale)));
  const w = Math.max(1, Math.min(width, Math.round(wanted.width * scale)));
  return { top: (height - h) >> 1, left: (width - w) >> 1, height: h, width: w };
}

/** @throws Error naming the option that does not fit */
export function checkResizedCrop({ scale = [0.08, 1], ratio = [3 / 4, 4 / 3] }: ResizedCropOptions): void {
  checkRange('randomResizedCrop', 'scale', scale[1], 0, 1);
  checkRange('randomResizedCrop', 'scale', scale[0], 0, scale[1]);
  checkRange('randomResizedCrop', 'ratio', ratio[0], 1e-3, ratio[1]);
}
