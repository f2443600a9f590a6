// The training worker: times steps of the very code that `orchid bench step` times in Node.
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { makeReferenceStep } from '../../src/run/reference-step.ts';
import { timings } from '../../src/run/timings.ts';
import type { Order, Reply, Timed } from './messages.ts';

/** The first bytes of `f32x4.relaxed_madd`; no other module that is asked about here holds them. */
const relaxedMadd = '253,133,2';

/** Chromium has no switch for relaxed SIMD, so the question whether it is there gets the answer of a browser without. */
function hideRelaxedSimd(): void {
  const validate = WebAssembly.validate.bind(WebAssembly);
  WebAssembly.validate = (bytes) => !String(bytes).includes(relaxedMadd) && validate(bytes);
}

async function work({ shape, repeats, threaded, relaxedSimd }: Order): Promise<Timed> {
  if (relaxedSimd === false) hideRelaxedSimd();
  if (threaded) {
    // The engine's package registers the flag.
    await import('@tensorflow/tfjs-backend-wasm');
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
  }
  const info = await useBackend('wasm');
  const step = makeReferenceStep(shape);
  const first = step.run();
  const [loss] = await first.data();
  first.dispose();
  postMessage({ begun: true } satisfies Reply);
  const times = await timings(() => [step.run()], repeats);
  step.dispose();
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  const sharedHeap = typeof SharedArrayBuffer !== 'undefined' && wasm.HEAPU8.buffer instanceof SharedArrayBuffer;
  return { times, loss: loss!, relaxedSimd: info.relaxedSimd, sharedHeap };
}

addEventListener('message', async ({ data }: MessageEvent<Order>) => {
  const reply = await work(data).then(
    (done): Reply => ({ done }),
    (error): Reply => ({ failed: error instanceof Error ? String(error.stack) : String(error) }),
  );
  postMessage(reply);
});
