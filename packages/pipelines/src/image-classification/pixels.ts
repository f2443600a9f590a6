// From the pixels that a caller has to those of a model: its channels, its size, its scale.
import { centreRegion, crop, normalise, type Picture, pictureOf, Rng, resizePicture } from '@orchid-ml/datasets';
import type { ImageClassificationPreprocessor } from '../preprocessor/schema.ts';

/** Bytes of an image, [height, width, channels] row-major, 0 to 255. */
export interface Pixels {
  readonly pixels: Uint8Array | Uint8ClampedArray;
  readonly height: number;
  readonly width: number;
  /** 1 is grey, 3 RGB, 4 RGB with an alpha channel (a canvas's image data), which is dropped. */
  readonly channels: number;
}

/**
 * The pixels as the model takes them, float32 [height, width, channels]. Those that have the model's size are taken as they are;
 * of others the region that the preprocessor names is resized (bilinear, without aliases).
 */
export function modelPixels(
  { pixels, height, width, channels }: Pixels,
  { size, num_channels: wanted, image_mean, image_std, crop_pct: share }: ImageClassificationPreprocessor,
): Float32Array {
  let picture = pictureOf(withChannels(pixels, channels, wanted), height, width, wanted);
  if (height !== size.height || width !== size.width) picture = resized(picture, size, share);
  return normalise(image_mean, image_std)(picture, new Rng(0)).pixels;
}

function resized(picture: Picture, size: { height: number; width: number }, share: number | null): Picture {
  const part = share === null ? picture : crop(picture, centreRegion(picture, size, share));
  return resizePicture(part, size.height, size.width);
}

function withChannels(pixels: Uint8Array | Uint8ClampedArray, channels: number, wanted: 1 | 3): ArrayLike<number> {
  if (channels === wanted) return pixels;
  const count = pixels.length / channels;
  const out = new Uint8Array(count * wanted);
  for (let i = 0; i < count; i++) {
    const at = i * channels;
    if (wanted === 1) {
      // Luminance as PIL and torchvision have it (ITU-R 601).
      out[i] = Math.round(0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!);
    } else {
      for (let c = 0; c < 3; c++) out[3 * i + c] = pixels[channels === 1 ? at : at + c]!;
    }
  }
  return out;
}
