// Dropout whose masks follow from a seed: a step that runs twice (recomputation) drops the same values both times, and a run
// that is stopped and resumed drops what it would have dropped.
import * as tf from '@tensorflow/tfjs-core';

/** Scales are drawn in steps of 2^-16, two from each 32 random bits. */
const steps = 65_536;

/** A place in a model where values are dropped, with masks of its own. Not a module: it has no parameters. */
export class Dropout {
  readonly rate: number;
  readonly #place: number;

  /**
   * @param rate share of the values that become 0, from 0 to below 1; the others are scaled by 1/(1 - rate)
   * @param place the number of this place in its model: places of different numbers drop different values
   * @throws Error for another rate or place
   */
  constructor(rate: number, place: number) {
    if (!(rate >= 0 && rate < 1)) throw new Error(`Dropout: rate is ${rate}; want a number from 0 to below 1`);
    if (!Number.isSafeInteger(place) || place < 0) {
      throw new Error(`Dropout: place is ${place}; want an integer of at least 0`);
    }
    this.rate = rate;
    this.#place = place;
  }

  /** x with values dropped; x itself without a seed, or at rate 0. @throws Error when the seed is not an integer of at least 0 */
  forward<T extends tf.Tensor>(x: T, seed: number | null | undefined): T {
    if (seed === null || seed === undefined || this.rate === 0) return x;
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new Error(`Dropout: the seed is ${seed}; want an integer of at least 0`);
    }
    return tf.tidy(() => tf.mul(x, tf.tensor(maskOf(x.size, this.rate, seed, this.#place), x.shape, 'float32')));
  }
}

function maskOf(size: number, rate: number, seed: number, place: number): Float32Array {
  const dropped = Math.round(rate * steps);
  // Of the rate as it is drawn, so that the mean stays what it was to the last bit.
  const scale = steps / (steps - dropped);
  const mask = new Float32Array(size);
  let state = start(seed, place);
  for (let i = 0; i < size; i += 2) {
    // splitmix32: every number of a counter, well stirred.
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    z ^= z >>> 15;
    mask[i] = (z & 0xffff) < dropped ? 0 : scale;
    if (i + 1 < size) mask[i + 1] = z >>> 16 < dropped ? 0 : scale;
  }
  return mask;
}

/** Both halves of the seed and the place count. */
function start(seed: number, place: number): number {
  let state = 0;
  for (const word of [seed >>> 0, Math.floor(seed / 2 ** 32), place]) {
    state = Math.imul(state ^ word, 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= (state >>> 16) + 0x9e3779b9;
  }
  return state | 0;
}
