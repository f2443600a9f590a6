// Changing a sound's sampling rate by any ratio: a windowed sinc, computed once for each phase that occurs.

/** Zero crossings of the sinc on either side: what decides how steep the filter is. */
const CROSSINGS = 48;
/** Of the lower one of both rates' band: where the filter begins to cut. */
const BAND = 0.93;
/** Of the Kaiser window: about 100 dB of what would be an alias is removed. */
const BETA = 10;

interface Filter {
  readonly up: number;
  readonly down: number;
  readonly reach: number;
  /** [up, 2 * reach + 1]: for each phase the weights of the inputs from -reach to reach about the place */
  readonly phases: readonly Float32Array[];
}

/** The filters used last: whoever resamples files of strangers would else keep one for each rate that they think of. */
const filters = new Map<string, Filter>();
const MOST_FILTERS = 16;

/**
 * The same sound at another rate: float32 [ceil(samples · to / from)]. Beyond its ends there is silence. Sample i lies at
 * i / rate seconds at either rate. Tones up to 0.86 of the narrower band come out to 1e-4; what would fold back is 80 dB
 * down.
 *
 * @param from samples a second, an integer, as `to` is
 * @throws Error when a rate is no integer of at least 1
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  for (const [name, rate] of Object.entries({ from, to })) {
    if (!Number.isInteger(rate) || rate < 1) {
      throw new Error(`resample: ${name} is ${rate} Hz; want an integer of at least 1`);
    }
  }
  if (from === to) return samples;
  const { up, down, reach, phases } = filterFor(from, to);
  const resampled = new Float32Array(Math.ceil((samples.length * up) / down));
  for (let i = 0; i < resampled.length; i++) {
    const place = i * down;
    const middle = Math.floor(place / up);
    const weights = phases[place % up]!;
    const first = middle - reach;
    const last = Math.min(samples.length - 1, middle + reach);
    let sum = 0;
    for (let k = Math.max(0, first); k <= last; k++) sum += weights[k - first]! * samples[k]!;
    resampled[i] = sum;
  }
  return resampled;
}

function filterFor(from: number, to: number): Filter {
  const divisor = greatestCommonDivisor(from, to);
  const [up, down] = [to / divisor, from / divisor];
  const key = `${up}/${down}`;
  const known = filters.get(key);
  if (known) return known;
  // In periods of the input; a lower rate's sinc is wider.
  const cutoff = BAND * Math.min(1, up / down);
  const half = CROSSINGS / cutoff;
  const reach = Math.ceil(half);
  const phases = Array.from({ length: up }, (_, phase) => {
    const weights = Array.from({ length: 2 * reach + 1 }, (_, k) => {
      const distance = k - reach - phase / up;
      return cutoff * sinc(cutoff * distance) * kaiser(distance / half);
    });
    // What does not change stays exactly as loud.
    const sum = weights.reduce((a, b) => a + b, 0);
    return Float32Array.from(weights, (weight) => weight / sum);
  });
  const filter = { up, down, reach, phases };
  if (filters.size >= MOST_FILTERS) filters.delete(filters.keys().next().value!);
  filters.set(key, filter);
  return filter;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The window at x, -1 to 1; 0 beyond. */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA);
}

/** The modified Bessel function of the first kind and order 0, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
