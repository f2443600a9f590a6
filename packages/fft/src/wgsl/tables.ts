// Tables of the transforms, from float64: shaders compute no sines, which some drivers do to three digits only.
import { fft } from '../plain/fft.ts';

/** Appends cos and sin of an angle to a table at complex position `at`. */
function put(table: Float32Array, at: number, angle: number): void {
  table[2 * at] = Math.cos(angle);
  table[2 * at + 1] = Math.sin(angle);
}

/** e^(-2πi j/n), j < count, as [re, im] pairs. */
export function twiddles(n: number, count = n): Float32Array<ArrayBuffer> {
  const table = new Float32Array(2 * count);
  for (let j = 0; j < count; j++) put(table, j, (-2 * Math.PI * j) / n);
  return table;
}

/** e^(-iπ k/2n), k < n: what turns a transform of reordered samples into cosine coefficients. */
export function quarterTurns(n: number): Float32Array<ArrayBuffer> {
  return twiddles(4 * n, n);
}

/**
 * Bluestein's tables for length n inside transforms of `points`: e^(-iπ j²/n), padded to `points` with zeros, and the transform
 * of its conjugate, wrapped and divided by `points`.
 */
export function chirps(
  n: number,
  points: number,
): { chirp: Float32Array<ArrayBuffer>; spectrum: Float32Array<ArrayBuffer> } {
  const chirp = new Float32Array(2 * points);
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let j = 0; j < n; j++) {
    // j² modulo 2n keeps the angle exact
    const angle = (Math.PI * ((j * j) % (2 * n))) / n;
    put(chirp, j, -angle);
    for (const index of j === 0 ? [0] : [j, points - j]) {
      re[index] = Math.cos(angle) / points;
      im[index] = Math.sin(angle) / points;
    }
  }
  const bins = fft(re, im);
  const spectrum = new Float32Array(2 * points);
  for (let k = 0; k < points; k++) {
    spectrum[2 * k] = bins.re[k]!;
    spectrum[2 * k + 1] = bins.im[k]!;
  }
  return { chirp, spectrum };
}

/** Tables one after the other. */
export function joined(...parts: Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
