// Times rfft on the wasm engine through the public op: node --import tsx measure.ts '[[n, batch], ...]' [runs].
// Prints one line of JSON for each.
import { useBackend } from '@orchid-ml/backends';
import { engine, randomNormal, type Tensor } from '@tensorflow/tfjs-core';
import { rfft } from '../src/index.ts';

const cases = JSON.parse(process.argv[2] ?? '[[1024,64]]') as [number, number][];
const runs = Number(process.argv[3] ?? 7);

await useBackend('wasm');
for (const [n, batch] of cases) {
  const x = randomNormal([batch, n]) as Tensor;
  await x.data();
  const once = (): void => {
    // no tidy: its bookkeeping is not what is measured
    const { re, im } = rfft(x);
    re.dispose();
    im.dispose();
  };
  const timed = (repeats: number): number => {
    const started = performance.now();
    for (let i = 0; i < repeats; i++) once();
    return (performance.now() - started) / repeats;
  };
  // V8 compiles wasm a second time, optimised, after a while
  for (const until = performance.now() + 300; performance.now() < until; ) once();
  const repeats = Math.max(1, Math.ceil(50 / timed(3)));
  const times = Array.from({ length: runs }, () => timed(repeats)).sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      op: 'rfft',
      library: `@orchid-ml/fft, ${engine().backendName}`,
      n,
      batch,
      medianMs: times[runs >> 1],
      minMs: times[0],
    }),
  );
  x.dispose();
}
