// Times matrix products and linear layers on the wasm engine and prints JSON lines; bench/run.mjs runs it once with plain and
// once with relaxed SIMD, which is decided for a whole process.
//
//   node --import tsx bench/measure.ts plain|relaxed [ROUNDS]
import { setFlagsFromString } from 'node:v8';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../src/index.ts';
import { gelu, linear } from '../src/ops/index.ts';

const [simd = 'relaxed', rounds = '7'] = process.argv.slice(2);
// Node 20 has it behind a flag, later versions without; and there it can no longer be switched off.
if (simd === 'relaxed' && process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

type Work = () => tf.TensorContainer;
interface Case {
  readonly what: string;
  /** floating-point operations of the products in it */
  readonly flops: number;
  readonly make: () => Work;
}

const noise = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);

function product(of: string, [m, inner, n]: readonly [number, number, number], flags = ''): Case {
  const [transposeA, transposeB] = [flags.includes('a'), flags.includes('b')];
  const sides = `${m}×${inner}${transposeA ? ' (aᵀ)' : ''} by ${inner}×${n}${transposeB ? ' (bᵀ)' : ''}`;
  return {
    what: `${of}: ${sides}`,
    flops: 2 * m * inner * n,
    make: () => {
      const a = noise(transposeA ? [inner, m] : [m, inner], 1);
      const b = noise(transposeB ? [n, inner] : [inner, n], 2);
      return () => tf.matMul(a, b, transposeA, transposeB);
    },
  };
}

function layer(what: string, op: (x: tf.Tensor, w: tf.Tensor2D, b: tf.Tensor1D) => tf.Tensor): Case {
  const [m, inner, n] = [8192, 128, 512];
  return {
    what: `${what}, ${m} rows of ${inner} to ${n}, forward and backward`,
    flops: 6 * m * inner * n,
    make: () => {
      const inputs = [noise([m, inner], 1), noise([n, inner], 2), noise([n], 3)];
      const dy = noise([m, n], 4);
      const both = tf.valueAndGrads((x, w, b) => op(x!, w as tf.Tensor2D, b as tf.Tensor1D));
      return () => {
        const { value, grads } = both(inputs, dy);
        return [value, ...grads];
      };
    },
  };
}

const cases: readonly Case[] = [
  product('MLP in', [8192, 128, 512], 'b'),
  product('its dx', [8192, 512, 128]),
  product('its dW', [512, 8192, 128], 'a'),
  product('MLP out', [8192, 512, 128], 'b'),
  product('its dx', [8192, 128, 512]),
  product('its dW', [128, 8192, 512], 'a'),
  product('projection in', [8192, 128, 384], 'b'),
  product('projection out', [8192, 128, 128], 'b'),
  product('recall, MLP in', [4096, 64, 256], 'b'),
  product('recall, MLP out', [4096, 256, 64], 'b'),
  product('recall, dW', [256, 4096, 64], 'a'),
  product('square', [1024, 1024, 1024]),
  layer('linear', (x, w, b) => linear(x, w, b)),
  layer('linear, then gelu', (x, w, b) => gelu(linear(x, w, b))),
  layer('linear with gelu', (x, w, b) => linear(x, w, b, 'gelu')),
];

await useBackend('wasm');
for (const { what, flops, make } of cases) {
  const work = make();
  const time = (calls: number): number => {
    const started = performance.now();
    for (let call = 0; call < calls; call++) tf.dispose(tf.tidy(work));
    return (performance.now() - started) / calls;
  };
  const times: Record<string, number[]> = { wasm: [] };
  for (let round = 0; round < Number(rounds); round++) {
    for (const blas of ['off', 'auto'] as const) {
      const { blas: library } = await useBackend('wasm', { blas });
      if (blas === 'auto' && library === undefined) continue;
      // V8 compiles wasm a second time, optimised, after a while.
      if (round === 0) for (const until = performance.now() + 300; performance.now() < until; ) time(1);
      const name = library ?? 'wasm';
      times[name] = [...(times[name] ?? []), time(2)];
    }
  }
  console.log(JSON.stringify({ what, flops, times }));
}
