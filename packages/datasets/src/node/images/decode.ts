// Compressed images into pixels, by sharp: an optional peer, since it is native and only this needs it.
import type { Region } from '../../images/transforms/crop.ts';

type Sharp = typeof import('sharp').default;

/** Images by what files are called that sharp decodes. */
export const IMAGE_ENDINGS: readonly string[] = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'];

let loaded: Promise<Sharp> | undefined;

/** @throws Error that says what to install when it is missing */
function loadSharp(): Promise<Sharp> {
  loaded ??= import('sharp').then(
    (module) => module.default,
    (error: unknown) => {
      loaded = undefined;
      throw new Error(`decoding images needs the package sharp (npm install sharp): ${(error as Error).message}`, {
        cause: error,
      });
    },
  );
  return loaded;
}

export interface Decoded {
  /** [height, width, channels], row-major */
  readonly bytes: Uint8Array;
  readonly height: number;
  readonly width: number;
}

export interface DecodeOptions {
  /** 3 is RGB, 1 is grey. Default 3. An alpha channel is dropped. */
  readonly channels?: 1 | 3;
  /** The part to keep, given the image's size. Default: all of it. */
  readonly region?: (size: { readonly height: number; readonly width: number }) => Region;
  /** What that part is resized to, whatever its proportions. Default: left as it is. */
  readonly size?: { readonly height: number; readonly width: number };
  /** An image with more pixels is bad. Default: sharp's own limit, 16,383 by 16,383. */
  readonly maxPixels?: number;
}

/** An image that is none, is cut off, or is in a format that sharp cannot read. */
export class BadImageError extends Error {
  override readonly name = 'BadImageError';
}

/**
 * Decodes a JPEG, PNG, WebP, GIF (its first picture), TIFF or AVIF image. A turn that its metadata ask for is not made, as
 * torchvision makes none.
 *
 * @param name what errors call it, such as a path
 * @throws BadImageError when it does not decode, or has too many pixels
 * @throws Error when sharp is missing
 */
export async function decodeImage(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Promise<Decoded> {
  const { channels = 3, region, size, maxPixels } = options;
  const sharp = await loadSharp();
  try {
    let image = sharp(bytes, maxPixels === undefined ? {} : { limitInputPixels: maxPixels });
    if (region) {
      const { height, width } = await image.metadata();
      image = image.extract(region({ height: height!, width: width! }));
    }
    if (size) image = image.resize({ ...size, fit: 'fill', kernel: 'cubic' });
    const colours = image.removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' });
    const { data, info } = await colours.toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`it has ${info.channels} channels after decoding; want 3`);
    return { bytes: channels === 1 ? greyOf(data) : data, height: info.height, width: info.width };
  } catch (error) {
    throw new BadImageError(`${name}: it does not decode as an image: ${(error as Error).message}`, { cause: error });
  }
}

/** Luminance, as PIL and torchvision have it (ITU-R 601); that of sharp is of linear light. */
function greyOf(colours: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: colours.length / 3 }, (_, i) =>
    Math.round(0.299 * colours[3 * i]! + 0.587 * colours[3 * i + 1]! + 0.114 * colours[3 * i + 2]!),
  );
}
