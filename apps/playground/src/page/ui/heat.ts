// Numbers as colours: zero is the ground of the theme, the two signs go two ways.

type Rgb = readonly [number, number, number];

/** Zero, the largest positive value and the largest negative one. */
const light: readonly Rgb[] = [
  [255, 255, 255],
  [123, 47, 181],
  [0, 117, 107],
];
const dark: readonly Rgb[] = [
  [28, 25, 34],
  [214, 158, 255],
  [79, 209, 193],
];

/** The colour of value / most. */
export function heatColour(share: number, isDark: boolean): Rgb {
  const [zero, above, below] = (isDark ? dark : light) as [Rgb, Rgb, Rgb];
  // The square root shows small values beside large ones.
  const strength = Math.sqrt(Math.min(1, Math.abs(share)));
  const end = share < 0 ? below : above;
  return zero.map((from, i) => Math.round(from + (end[i]! - from) * strength)) as unknown as Rgb;
}

/** @param values [positions, channels] row by row; positions go to the right */
export function paint(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  [positions, channels]: readonly [number, number],
  most: number,
  isDark: boolean,
): void {
  canvas.width = positions;
  canvas.height = channels;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(positions, channels);
  for (let t = 0; t < positions; t++) {
    for (let c = 0; c < channels; c++) {
      const colour = heatColour(most === 0 ? 0 : values[t * channels + c]! / most, isDark);
      image.data.set([...colour, 255], 4 * (c * positions + t));
    }
  }
  context.putImageData(image, 0, 0);
}
