// Seeded random numbers for initial weights: the same seed gives the same model on every machine and engine.
// xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32 so that neighbouring seeds are unrelated.

export class Rng {
  /** For a module whose first values do not matter, since all are replaced or only their shapes are asked for: zeros. */
  static blank(): Rng {
    return new BlankRng();
  }

  /** Whether initialisers leave their tensors at zero in place of drawing. */
  readonly isBlank: boolean = false;
  readonly #state = new Uint32Array(4);
  #spare: number | undefined;

  /** @param seed an integer from 0 to 2^53 - 1 @throws Error for any other seed */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new Error(`Rng: seed is ${seed}; want an integer from 0 to 2^53 - 1`);
    // Both halves of the seed count.
    let x = (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b)) >>> 0;
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.#state[i] = z ^ (z >>> 15);
    }
  }

  /** The next 32 random bits, as an integer from 0 to 2^32 - 1. */
  next(): number {
    const s = this.#state as Uint32Array & [number, number, number, number];
    const product = Math.imul(s[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** Uniform in [low, high), with 53 random bits. */
  uniform(low = 0, high = 1): number {
    const bits = (this.next() >>> 5) * 2 ** 26 + (this.next() >>> 6);
    return low + (high - low) * (bits / 2 ** 53);
  }

  /** Normal with the given mean and standard deviation (Box and Muller, both values used). */
  normal(mean = 0, deviation = 1): number {
    let z = this.#spare;
    if (z === undefined) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      z = radius * Math.cos(angle);
      this.#spare = radius * Math.sin(angle);
    } else {
      this.#spare = undefined;
    }
    return mean + deviation * z;
  }
}

class BlankRng extends Rng {
  override readonly isBlank: boolean = true;

  constructor() {
    super(0);
  }
}
