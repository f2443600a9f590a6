// RandAugment (Cubuk et al. 2020): a few operations drawn from a list, all of one magnitude.
import { checkSize, type Picture, type PictureTransform } from '../picture.ts';
import { adjustBrightness, adjustContrast, adjustSaturation } from './colour.ts';
import { rotate, shear, translate } from './geometry.ts';
import { adjustSharpness, autoContrast, equalise, posterise, solarise } from './tone.ts';

const BINS = 31;

/** `strength` is 0 to 1 and `sign` 1 or -1; `fill` is the value of places that come from outside. */
type Operation = (picture: Picture, strength: number, sign: number, fill: number) => Picture;

/** What each operation does at a magnitude, as in torchvision. */
const OPERATIONS = {
  identity: (picture) => picture,
  shearX: (picture, strength, sign, fill) => shear(picture, 'x', sign * 0.3 * strength, fill),
  shearY: (picture, strength, sign, fill) => shear(picture, 'y', sign * 0.3 * strength, fill),
  translateX: (picture, strength, sign, fill) =>
    translate(picture, 'x', Math.trunc(sign * (150 / 331) * picture.width * strength), fill),
  translateY: (picture, strength, sign, fill) =>
    translate(picture, 'y', Math.trunc(sign * (150 / 331) * picture.height * strength), fill),
  rotate: (picture, strength, sign, fill) => rotate(picture, sign * 30 * strength, fill),
  brightness: (picture, strength, sign) => adjustBrightness(picture, 1 + sign * 0.9 * strength),
  colour: (picture, strength, sign) => adjustSaturation(picture, 1 + sign * 0.9 * strength),
  contrast: (picture, strength, sign) => adjustContrast(picture, 1 + sign * 0.9 * strength),
  sharpness: (picture, strength, sign) => adjustSharpness(picture, 1 + sign * 0.9 * strength),
  posterise: (picture, strength) => posterise(picture, 8 - Math.round(4 * strength)),
  solarise: (picture, strength) => solarise(picture, 1 - strength),
  autoContrast,
  equalise,
} satisfies Readonly<Record<string, Operation>>;

export type RandAugmentOperation = keyof typeof OPERATIONS;

export interface RandAugmentOptions {
  /** Operations applied to a picture, one after the other. Default 2. */
  readonly count?: number;
  /** 0 to 30. Default 9. */
  readonly magnitude?: number;
  /** Which there are to draw from. Default: all fourteen. */
  readonly operations?: readonly RandAugmentOperation[];
  /** Value of places that come from outside of the picture. Default 0. */
  readonly fill?: number;
}

/**
 * Changes every picture by `count` operations, each drawn with equal chances and applied either way (darker or brighter,
 * left or right) at `magnitude`.
 *
 * @throws Error naming the option that does not fit
 */
export function randAugment(options: RandAugmentOptions = {}): PictureTransform {
  const { count = 2, magnitude = 9, fill = 0 } = options;
  const names = options.operations ?? (Object.keys(OPERATIONS) as RandAugmentOperation[]);
  checkSize('randAugment', 'count', count, 0);
  if (!Number.isInteger(magnitude) || magnitude < 0 || magnitude >= BINS) {
    throw new Error(`randAugment: magnitude is ${magnitude}; want an integer in 0..${BINS - 1}`);
  }
  const unknown = names.find((name) => !Object.hasOwn(OPERATIONS, name));
  if (unknown !== undefined || names.length === 0) {
    const got = unknown === undefined ? 'an empty list' : `"${unknown}"`;
    throw new Error(`randAugment: operations has ${got}; want some of ${Object.keys(OPERATIONS).join(', ')}`);
  }
  const strength = magnitude / (BINS - 1);
  return (picture, rng) => {
    let changed = picture;
    for (let i = 0; i < count; i++) {
      const operation: Operation = OPERATIONS[names[rng.integer(names.length)]!];
      changed = operation(changed, strength, rng.integer(2) === 0 ? 1 : -1, fill);
    }
    return changed;
  };
}
