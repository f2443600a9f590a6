// Times one mixer at one length on the wasm engine and prints a line of JSON; bench/mixers.mjs runs it, a process each, so that
// every measurement begins with an empty heap.
//
//   measure.ts --mixer reformer --length 4096 [--batch 1] [--width 128] [--heads 2] [--repeats 5] [--blas auto]
//
// Milliseconds are of CPU time, which neighbours on the machine stretch less than they do the clock's. What does not fit the
// engine's heap is named in `limit`; any other error is thrown.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { describeBackend, heapUse, resetHeapPeak, useBackend } from '@orchid-ml/backends';
import { variableGradients } from '@orchid-ml/backends/autodiff';
import { Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { createMixer, type MixerOptions } from '../src/index.ts';

const { values: options } = parseArgs({
  options: {
    mixer: { type: 'string', default: 'orchid' },
    length: { type: 'string', default: '1024' },
    batch: { type: 'string', default: '1' },
    width: { type: 'string', default: '128' },
    heads: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '5' },
    blas: { type: 'string', default: 'auto' },
  },
});
const [batch, length, width, heads, repeats] = [
  options.batch,
  options.length,
  options.width,
  options.heads,
  options.repeats,
].map(Number) as [number, number, number, number, number];

/** What the configuration's defaults come to. */
const MIXERS: Record<string, MixerOptions> = {
  'orchid, type I, dct': { kind: 'orchid', width, lMax: length, transform: 'dct', network: { magnitude: 'abs' } },
  'orchid, type I, dft': { kind: 'orchid', width, lMax: length },
  'orchid, type II, dft': { kind: 'orchid', width, lMax: length, conditioning: 'II' },
  'hyena, bidirectional': { kind: 'hyena', width, lMax: length, mode: 'bidirectional' },
  linformer: { kind: 'linformer', width, lMax: length, heads },
  reformer: { kind: 'reformer', width, lMax: length, heads },
  routing: { kind: 'routing', width, heads, clusters: Math.round(Math.sqrt(length)) },
  attention: { kind: 'attention', width, heads },
};
const chosen = MIXERS[options.mixer];
if (!chosen) {
  throw new Error(`measure.ts: --mixer is ${JSON.stringify(options.mixer)}; want ${Object.keys(MIXERS).join('; ')}`);
}

// As the command `orchid` does: Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
await useBackend('wasm', { blas: options.blas });
const mixer = createMixer(chosen, new Rng(1));
const x = tf.randomNormal([batch, length, width], 0, 1, 'float32', 2) as tf.Tensor3D;
const variables = mixer.trainableVariables();

const forward = () => mixer.forward(x).dispose();
const both = () => {
  const loss = () => tf.tidy(() => tf.mean(tf.square(mixer.forward(x)))) as tf.Scalar;
  tf.dispose(Object.values(variableGradients(loss, variables)) as tf.TensorContainer[]);
};

/** Best of the repeats, after one that does not count. */
function time(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= repeats; i++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    if (i > 0) best = Math.min(best, (user + system) / 1e3);
  }
  return best;
}

const line = { mixer: options.mixer, length, engine: String(describeBackend()), parameters: mixer.parameterCount() };
const before = heapUse()!.used;
resetHeapPeak();
try {
  const forwardMs = time(forward);
  const bothMs = time(both);
  const peakMb = (heapUse()!.peak - before) / 2 ** 20;
  console.log(JSON.stringify({ ...line, forwardMs, bothMs, peakMb }));
} catch (error) {
  if (!(error instanceof Error) || !error.message.includes('the wasm heap has no room for')) throw error;
  console.log(JSON.stringify({ ...line, limit: error.message }));
}
