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
  /** for each of the `up` phases the 2 * reach + 1 weights of the inputs from -reach to reach about the place */
  weights(phase: number): Float32Array;
}

/** The filters used last: whoever resamples files of strangers would else keep one for each rate that they think of. */
const filters = new Map<string, Filter>();
const MOST_FILTERS = 16;
/** Weights of all phases together: rates of recordings, whose ratio is a simple one, take some ten thousand. */
const LARGEST_FILTER = 2 ** 19;
/** From one rate to the other: beyond it a header is damaged, and a short file would become a sound without end. */
const LARGEST_RATIO = 256;

/**
 * The same sound at another rate: float32 [ceil(samples · to / from)], or of that the middle `most` samples, at the cost of
 * those alone. Beyond its ends there is silence. Sample i lies at i / rate seconds at either rate. Tones up to 0.86 of the
 * narrower band come out to 1e-4; what would fold back is 80 dB down.
 *
 * @param from samples a second, an integer, as `to` is
 * @param most samples to keep, an integer; by default all of them
 * @throws Error when a rate is no integer of at least 1, and for rates that no recording has: more than 256 times the other, or
 *   without a common measure that would make a filter of bounded size
 */
export function resample(
  samples: Float32Array,
  from: number,
  to: number,
  most: number = Number.POSITIVE_INFINITY,
): Float32Array {
  for (const [name, rate] of Object.entries({ from, to })) {
    if (!Number.isInteger(rate) || rate < 1) {
      throw new Error(`resample: ${name} is ${rate} Hz; want an integer of at least 1`);
    }
  }
  const { up, down, reach, weights } = from === to ? SAME : filterFor(from, to);
  const all = Math.ceil((samples.length * up) / down);
  const begin = all > most ? Math.floor((all - most) / 2) : 0;
  const count = Math.min(all, most);
  if (from === to) return count === all ? samples : samples.slice(begin, begin + count);
  const resampled = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const place = (begin + i) * down;
    const middle = Math.floor(place / up);
    const taps = weights(place % up);
    const first = middle - reach;
    const last = Math.min(samples.length - 1, middle + reach);
    let sum = 0;
    for (let k = Math.max(0, first); k <= last; k++) sum += taps[k - first]! * samples[k]!;
    resampled[i] = sum;
  }
  return resampled;
}

/** Of rates that are the same. */
const SAME: Filter = { up: 1, down: 1, reach: 0, weights: () => Float32Array.of(1) };

/** @throws Error for rates that would take too much */
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
  const taps = 2 * reach + 1;
  if (Math.max(from, to) > LARGEST_RATIO * Math.min(from, to) || up * taps > LARGEST_FILTER) {
    throw new Error(
      `resample: the sound has ${from} samples a second, which cannot be brought to ${to} in reasonable time; ` +
        'want a rate such as 8000, 16000, 22050, 44100 or 48000',
    );
  }
  // Made when a sound needs them: a short one meets few of them.
  const phases: (Float32Array | undefined)[] = Array.from({ length: up });
  const weightsOf = (phase: number) => {
    const weights = Array.from({ length: taps }, (_, k) => {
      const distance = k - reach - phase / up;
      return cutoff * sinc(cutoff * distance) * kaiser(distance / half);
    });
    // What does not change stays exactly as loud.
    const sum = weights.reduce((a, b) => a + b, 0);
    return Float32Array.from(weights, (weight) => weight / sum);
  };
  const weights = (phase: number) => {
    phases[phase] ??= weightsOf(phase);
    return phases[phase];
  };
  const filter = { up, down, reach, weights };
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
