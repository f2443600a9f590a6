// Brightness, contrast, saturation and hue, as torchvision and PIL change them.
import { between } from '../../random.ts';
import { checkRange, mapValues, type Picture, type PictureTransform } from '../picture.ts';

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Luminance of each pixel, [height, width] (ITU-R 601); of one channel the channel itself. */
export function luminance({ pixels, height, width, channels }: Picture): Float32Array {
  if (channels < 3) return Float32Array.from({ length: height * width }, (_, i) => pixels[i * channels]!);
  return Float32Array.from(
    { length: height * width },
    (_, i) => 0.2989 * pixels[i * channels]! + 0.587 * pixels[i * channels + 1]! + 0.114 * pixels[i * channels + 2]!,
  );
}

/** Factor 0 is black, 1 the picture. */
export function adjustBrightness(picture: Picture, factor: number): Picture {
  return mapValues(picture, (value) => clamp(factor * value));
}

/** Factor 0 is the grey of the mean luminance, 1 the picture. */
export function adjustContrast(picture: Picture, factor: number): Picture {
  const grey = luminance(picture);
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  return mapValues(picture, (value) => clamp(mean + factor * (value - mean)));
}

/** Factor 0 is grey, 1 the picture; of fewer than three channels the picture in any case. */
export function adjustSaturation(picture: Picture, factor: number): Picture {
  if (picture.channels < 3) return picture;
  const grey = luminance(picture);
  const { pixels, channels } = picture;
  const changed = pixels.map((value, i) => {
    const of = grey[Math.floor(i / channels)]!;
    return clamp(of + factor * (value - of));
  });
  return { ...picture, pixels: changed };
}

/** Turns the hue by that share of the whole circle; of fewer than three channels the picture in any case. */
export function adjustHue(picture: Picture, turn: number): Picture {
  if (picture.channels < 3) return picture;
  const { channels } = picture;
  const pixels = picture.pixels.slice();
  for (let i = 0; i < pixels.length; i += channels) {
    const [r, g, b] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    const most = Math.max(r, g, b);
    const range = most - Math.min(r, g, b);
    if (range === 0) continue;
    const sixth = most === r ? (g - b) / range : most === g ? (b - r) / range + 2 : (r - g) / range + 4;
    const hue = (((sixth + 6 * turn) % 6) + 6) % 6;
    // Each channel is a trapezium of the hue, a third of the circle after the one before it.
    for (const [c, shift] of [5, 3, 1].entries()) {
      const k = (shift + hue) % 6;
      pixels[i + c] = most - range * Math.max(0, Math.min(k, 4 - k, 1));
    }
  }
  return { ...picture, pixels };
}

export interface JitterOptions {
  /** Factors are drawn from 1 - this to 1 + this, but not below 0. Default 0: not changed. */
  readonly brightness?: number;
  readonly contrast?: number;
  readonly saturation?: number;
  /** Share of the circle, 0 to 0.5, turned either way. */
  readonly hue?: number;
}

/** Changes brightness, contrast, saturation and hue by random factors, in a random order; torchvision's `ColorJitter`. */
export function colourJitter({
  brightness = 0,
  contrast = 0,
  saturation = 0,
  hue = 0,
}: JitterOptions): PictureTransform {
  for (const [name, value] of Object.entries({ brightness, contrast, saturation })) {
    checkRange('colourJitter', name, value, 0, Number.POSITIVE_INFINITY);
  }
  checkRange('colourJitter', 'hue', hue, 0, 0.5);
  return (picture, rng) => {
    const factor = (spread: number) => between(rng, Math.max(0, 1 - spread), 1 + spread);
    const steps: ((picture: Picture) => Picture)[] = [];
    if (brightness > 0) steps.push((before) => adjustBrightness(before, factor(brightness)));
    if (contrast > 0) steps.push((before) => adjustContrast(before, factor(contrast)));
    if (saturation > 0) steps.push((before) => adjustSaturation(before, factor(saturation)));
    if (hue > 0) steps.push((before) => adjustHue(before, between(rng, -hue, hue)));
    let changed = picture;
    while (steps.length > 0) changed = steps.splice(rng.integer(steps.length), 1)[0]!(changed);
    return changed;
  };
}
