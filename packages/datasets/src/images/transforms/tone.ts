// Operations on the values of pixels, as PIL's ImageOps has them: fewer bits, inverted highlights, stretched and
// equalised histograms, and sharpness.
import { mapValues, type Picture } from '../picture.ts';

const byteOf = (value: number): number => Math.min(255, Math.max(0, Math.round(255 * value)));

/** Keeps the `bits` highest bits of each value's byte, 0 to 8. */
export function posterise(picture: Picture, bits: number): Picture {
  const mask = 256 - 2 ** (8 - bits);
  return mapValues(picture, (value) => (byteOf(value) & mask) / 255);
}

/** Inverts values of at least `threshold`. */
export function solarise(picture: Picture, threshold: number): Picture {
  return mapValues(picture, (value) => (value >= threshold ? 1 - value : value));
}

/** Stretches each channel to all of 0 to 1; a channel of one value stays. */
export function autoContrast(picture: Picture): Picture {
  const { channels, pixels } = picture;
  const low = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
  const high = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
  for (const [i, value] of pixels.entries()) {
    const c = i % channels;
    low[c] = Math.min(low[c]!, value);
    high[c] = Math.max(high[c]!, value);
  }
  const stretched = pixels.map((value, i) => {
    const c = i % channels;
    return high[c]! > low[c]! ? (value - low[c]!) / (high[c]! - low[c]!) : value;
  });
  return { ...picture, pixels: stretched };
}

/** Makes each channel's histogram of 256 values flat, as far as that goes. */
export function equalise(picture: Picture): Picture {
  const { channels } = picture;
  const pixels = picture.pixels.slice();
  for (let c = 0; c < channels; c++) {
    const counts = new Int32Array(256);
    for (let i = c; i < pixels.length; i += channels) counts[byteOf(pixels[i]!)]!++;
    const last = counts[counts.findLastIndex((count) => count > 0)]!;
    const step = Math.floor((pixels.length / channels - last) / 255);
    if (step === 0) continue;
    let sum = step >> 1;
    const table = Float32Array.from(counts, (count) => {
      const value = Math.min(255, Math.floor(sum / step));
      sum += count;
      return value / 255;
    });
    for (let i = c; i < pixels.length; i += channels) pixels[i] = table[byteOf(pixels[i]!)]!;
  }
  return { ...picture, pixels };
}

/** Factor 0 is the picture smoothed by 3 by 3 pixels (the middle weighs 5 of 13), 1 the picture; its border stays. */
export function adjustSharpness(picture: Picture, factor: number): Picture {
  const { pixels, height, width, channels } = picture;
  const changed = pixels.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      for (let c = 0; c < channels; c++) {
        const at = (y * width + x) * channels + c;
        let sum = 4 * pixels[at]!;
        for (const dy of [-1, 0, 1]) {
          for (const dx of [-1, 0, 1]) sum += pixels[at + (dy * width + dx) * channels]!;
        }
        const smooth = sum / 13;
        changed[at] = Math.min(1, Math.max(0, smooth + factor * (pixels[at]! - smooth)));
      }
    }
  }
  return { ...picture, pixels: changed };
}
