// Times rfft on the webgpu engine beside TensorFlow.js's own, in turn on one adapter. Takes a JSON list of [N, batch]; prints the
// adapter, then a line of JSON for each. Started by run.mjs.
import { useBackend } from '@orchid-ml/backends';
import { recordDispatches } from '@orchid-ml/backends/webgpu-host';
import {
  dispose,
  imag,
  randomNormal,
  real,
  slice,
  spectral,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { rfft } from '../src/index.ts';

const ROUNDS = 3;

const ours = (x: Tensor): Tensor[] => Object.values(rfft(x));
const theirs = (x: Tensor): Tensor[] => {
  const { re, im } = tidy(() => {
    const bins = spectral.rfft(x);
    return { re: real(bins), im: imag(bins) };
  });
  return [re, im];
};

/** Milliseconds a call; the last one's results are waited for. */
async function timed(work: (x: Tensor) => Tensor[], x: Tensor, calls: number): Promise<number> {
  const started = performance.now();
  for (let call = 0; call < calls; call++) {
    const results = work(x);
    if (call === calls - 1) {
      const first = slice(results[0] as Tensor2D, [0, 0], [1, 1]);
      await first.data();
      first.dispose();
    }
    dispose(results);
  }
  return (performance.now() - started) / calls;
}

console.log(JSON.stringify({ engine: String(await useBackend('webgpu')) }));
for (const [n, batch] of JSON.parse(process.argv[2] ?? '[]') as [number, number][]) {
  const x = randomNormal([batch, n]);
  const few = randomNormal([1, n]);
  // both compile their shaders before anything is timed
  await timed(theirs, few, 1);
  for (let run = 0; run < 3; run++) await timed(ours, x, 1);
  const calls = Math.max(1, Math.ceil(50 / (await timed(ours, x, 3))));
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.ours.push(await timed(ours, x, calls));
    times.theirs.push(await timed(theirs, x, 1));
  }
  const { result, dispatches } = await recordDispatches(() => ours(x));
  const bytes = dispatches.reduce((sum, { readBytes, writtenBytes }) => sum + readBytes + writtenBytes, 0);
  const floor = [x, ...result].reduce((sum, { size }) => sum + 4 * size, 0);
  dispose([x, few, ...result]);
  console.log(JSON.stringify({ n, batch, ...times, dispatches: dispatches.length, overFloor: bytes / floor }));
}
