// Times rfft on the wasm engine through the public op. Reads lines "N BATCH"; answers each with a line of JSON, the time
// of one transform in a run of about 50 ms. Started by run.mjs.
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { useBackend } from '@orchid-ml/backends';
import { randomNormal, type Tensor } from '@tensorflow/tfjs-core';
import { rfft } from '../src/index.ts';

let x: Tensor | undefined;
let repeats = 1;

const once = (input: Tensor): void => {
  const { re, im } = rfft(input);
  re.dispose();
  im.dispose();
};

const timed = (input: Tensor, count: number): number => {
  const started = performance.now();
  for (let i = 0; i < count; i++) once(input);
  return (performance.now() - started) / count;
};

// As the command `orchid` does: Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
await useBackend('wasm');
for await (const line of createInterface({ input: process.stdin })) {
  const [n, batch] = line.split(' ').map(Number) as [number, number];
  if (x?.shape[1] !== n || x.shape[0] !== batch) {
    x?.dispose();
    x = randomNormal([batch, n]) as Tensor;
    // V8 compiles wasm a second time, optimised, after a while
    for (const until = performance.now() + 300; performance.now() < until; ) once(x);
    repeats = Math.max(1, Math.ceil(50 / timed(x, 3)));
  }
  console.log(JSON.stringify({ library: '@orchid-ml/fft on wasm', n, batch, ms: timed(x, repeats) }));
}
