// Random numbers that a seed decides, the same on every machine, whose state fits in a checkpoint.

/** The whole state of an {@link Rng}: four 32-bit words. */
export type RngState = readonly [number, number, number, number];

/** xoshiro128** (Blackman and Vigna), seeded through a 32-bit mixer. Not for secrets. */
export class Rng {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  /**
   * @param seed an integer, 0 to 2^53 - 1
   * @param stream names an independent sequence under the same seed, such as `train` or `test`
   * @throws Error when the seed is no such integer
   */
  constructor(seed: number, stream = '') {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new Error(`Rng: seed is ${seed}; want an integer in 0..${Number.MAX_SAFE_INTEGER}`);
    }
    let hash = 0x811c9dc5;
    for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193);
    let word = mix(mix(seed >>> 0) ^ Math.floor(seed / 2 ** 32)) ^ mix(hash);
    const next = () => {
      word = (word + 0x9e3779b9) | 0;
      return mix(word);
    };
    this.state = [next(), next(), next(), (next() | 1) >>> 0];
  }

  /** A generator that goes on from a saved state. */
  static fromState(state: RngState): Rng {
    const rng = new Rng(0);
    rng.state = state;
    return rng;
  }

  get state(): RngState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  /** @throws Error unless it is four unsigned 32-bit integers, not all zero */
  set state(state: RngState) {
    const words: unknown = state;
    const ok =
      Array.isArray(words) &&
      words.length === 4 &&
      words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32) &&
      words.some((word) => word !== 0);
    if (!ok) throw new Error(`Rng: state is ${JSON.stringify(words)}; want four 32-bit integers, not all zero`);
    [this.#a, this.#b, this.#c, this.#d] = [state[0] | 0, state[1] | 0, state[2] | 0, state[3] | 0];
  }

  /** 32 random bits, 0 to 2^32 - 1. */
  bits(): number {
    const five = Math.imul(this.#b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number {
    return this.bits() / 2 ** 32;
  }

  /** Uniform integer in 0..bound-1, without bias. @throws Error unless bound is an integer in 1..2^32 */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new Error(`Rng.integer: bound is ${bound}; want an integer in 1..2^32`);
    }
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let bits = this.bits();
    while (bits >= limit) bits = this.bits();
    return bits % bound;
  }
}

/** The finaliser of MurmurHash3: every input bit flips each output bit half of the time. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
