// The float64 transform under everything plain: fft.js for powers of two, Bluestein's algorithm around it otherwise.
import FFT from 'fft.js';

/** Runs one length: reads and overwrites `data` (interleaved re, im), unscaled. */
type Runner = (data: Float64Array, inverse: boolean) => void;

const runners = new Map<number, Runner>();
/** Lengths whose tables are kept; a table costs some 100 bytes a point. */
const KEPT = 32;

/**
 * Transforms (re, im) in place, unscaled; any length from 1.
 *
 * @param inverse whether the exponent is +2πi jk/n
 */
export function transformInPlace(re: Float64Array, im: Float64Array, inverse: boolean): void {
  const n = re.length;
  const data = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    data[2 * i] = re[i]!;
    data[2 * i + 1] = im[i]!;
  }
  runner(n)(data, inverse);
  for (let i = 0; i < n; i++) {
    re[i] = data[2 * i]!;
    im[i] = data[2 * i + 1]!;
  }
}

function runner(n: number): Runner {
  let found = runners.get(n);
  if (found) {
    runners.delete(n);
  } else {
    found = n === 1 ? () => {} : (n & (n - 1)) === 0 ? powerOfTwo(n) : bluestein(n);
  }
  runners.set(n, found);
  for (const oldest of runners.keys()) {
    if (runners.size <= KEPT) break;
    runners.delete(oldest);
  }
  return found;
}

function powerOfTwo(n: number): Runner {
  const fft = new FFT(n);
  const out = new Float64Array(2 * n);
  return (data, inverse) => {
    if (inverse) {
      // fft.js divides by n
      fft.inverseTransform(out, data);
      for (let i = 0; i < out.length; i++) data[i] = out[i]! * n;
    } else {
      fft.transform(out, data);
      data.set(out);
    }
  };
}

/** Bluestein: jk = (j² + k² - (k-j)²)/2 turns the transform into a convolution with a chirp (of power-of-two length). */
function bluestein(n: number): Runner {
  let points = 2;
  while (points < 2 * n - 1) points *= 2;
  const fft = new FFT(points);
  const chirp = new Float64Array(2 * n);
  const kernel = new Float64Array(2 * points);
  for (let j = 0; j < n; j++) {
    // j² modulo 2n keeps the angle exact for long transforms
    const angle = (Math.PI * ((j * j) % (2 * n))) / n;
    chirp[2 * j] = Math.cos(angle);
    chirp[2 * j + 1] = -Math.sin(angle);
    for (const index of j === 0 ? [0] : [j, points - j]) {
      kernel[2 * index] = Math.cos(angle);
      kernel[2 * index + 1] = Math.sin(angle);
    }
  }
  const spectrum = new Float64Array(2 * points);
  fft.transform(spectrum, kernel);
  const a = new Float64Array(2 * points);
  const b = new Float64Array(2 * points);
  return (data, inverse) => {
    // the inverse is the transform of the conjugate, conjugated
    const sign = inverse ? -1 : 1;
    a.fill(0);
    for (let j = 0; j < 2 * n; j += 2) {
      const xr = data[j]!;
      const xi = sign * data[j + 1]!;
      a[j] = xr * chirp[j]! - xi * chirp[j + 1]!;
      a[j + 1] = xr * chirp[j + 1]! + xi * chirp[j]!;
    }
    fft.transform(b, a);
    for (let j = 0; j < 2 * points; j += 2) {
      const xr = b[j]!;
      const xi = b[j + 1]!;
      b[j] = xr * spectrum[j]! - xi * spectrum[j + 1]!;
      b[j + 1] = xr * spectrum[j + 1]! + xi * spectrum[j]!;
    }
    fft.inverseTransform(a, b);
    for (let j = 0; j < 2 * n; j += 2) {
      const xr = a[j]!;
      const xi = a[j + 1]!;
      data[j] = xr * chirp[j]! - xi * chirp[j + 1]!;
      data[j + 1] = sign * (xr * chirp[j + 1]! + xi * chirp[j]!);
    }
  };
}
