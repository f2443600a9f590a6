// What this engine can do at best on this machine: the rate of its matrix product and of copying. Held against a profile
// they give the time that the same work could not go below.
import * as tf from '@tensorflow/tfjs-core';

export interface Rates {
  /** Floating-point operations a second of a square matrix product; a multiplication and an addition are two. */
  readonly flopsPerSecond: number;
  /** Bytes a second, read and written ones together, of copying a tensor that no cache holds. */
  readonly bytesPerSecond: number;
}

/** Larger products are tried until one takes this long: of a short one, much is dispatch. */
const enoughMs = 20;
const repeats = 7;

/** Measures the current engine; takes about half a second (on cpu, whose product is slow, rather more). */
export function measureRates(): Rates {
  return { flopsPerSecond: productRate(), bytesPerSecond: copyRate() };
}

function productRate(): number {
  return tf.tidy(() => {
    let best = 0;
    for (let n = 128; n <= 2048; n *= 2) {
      const [a, b] = [tf.randomUniform([n, n]), tf.randomUniform([n, n])];
      const ms = bestOf(() => tf.matMul(a, b));
      best = Math.max(best, (2 * n ** 3) / (ms / 1000));
      if (ms >= enoughMs) break;
    }
    return best;
  });
}

function copyRate(): number {
  const [rows, columns] = [2 ** 14, 2 ** 10];
  return tf.tidy(() => {
    const x = tf.zeros([rows + 1, columns]);
    const ms = bestOf(() => tf.slice(x, [1, 0], [rows, columns]));
    return (2 * 4 * rows * columns) / (ms / 1000);
  });
}

/** The shortest of some runs: what disturbs a run only ever makes it longer. */
function bestOf(work: () => tf.Tensor): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < repeats; run++) {
    const start = performance.now();
    work().dispose();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
