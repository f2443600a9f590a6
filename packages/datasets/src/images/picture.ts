// One image as numbers: what transforms take and give.
import type { Rng } from '../rng.ts';

export interface Picture {
  /** float32 [height, width, channels], row-major, 0 to 1 until it is normalised */
  readonly pixels: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Makes another picture of one, and leaves that as it is; all that is random about it comes from `rng`. */
export type PictureTransform = (picture: Picture, rng: Rng) => Picture;

/** A picture of bytes [height, width, channels]: 0 to 255 becomes 0 to 1. @throws Error when there are more or fewer */
export function pictureOf(bytes: ArrayLike<number>, height: number, width: number, channels: number): Picture {
  const pixels = new Float32Array(height * width * channels);
  if (bytes.length !== pixels.length) {
    throw new Error(
      `pictureOf: ${bytes.length} bytes; want ${pixels.length}, those of [${height}, ${width}, ${channels}]`,
    );
  }
  for (let i = 0; i < pixels.length; i++) pixels[i] = bytes[i]! / 255;
  return { pixels, height, width, channels };
}

/** A picture of the same size, value by value. */
export function mapValues(picture: Picture, change: (value: number) => number): Picture {
  return { ...picture, pixels: picture.pixels.map(change) };
}

/** One transform after the other. */
export function compose(...transforms: readonly PictureTransform[]): PictureTransform {
  return (picture, rng) => transforms.reduce((before, transform) => transform(before, rng), picture);
}

/** @throws Error naming the transform unless the value is an integer of at least `least` */
export function checkSize(transform: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) {
    throw new Error(`${transform}: ${name} is ${value}; want an integer of at least ${least}`);
  }
}

/** @throws Error naming the transform unless the value is in that range, its ends included */
export function checkRange(transform: string, name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high)) {
    const range = high === Number.POSITIVE_INFINITY ? `of at least ${low}` : `from ${low} to ${high}`;
    throw new Error(`${transform}: ${name} is ${value}; want a number ${range}`);
  }
}
