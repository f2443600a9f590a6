// The training worker: times steps of the very code that `orchid bench step` times in Node, alone or with further workers.
import { useBackend } from '@orchid-ml/backends';
import { leadStep } from '@orchid-ml/trainers';
import { startReplicas } from '@orchid-ml/trainers/browser';
import * as tf from '@tensorflow/tfjs-core';
import { makeReferenceStep } from '../../src/run/reference-step.ts';
import { makeReferenceReplica, type StepShape } from '../../src/run/reference-task.ts';
import { timings } from '../../src/run/timings.ts';
import type { Order, Reply, Timed } from './messages.ts';
import { recallLosses } from './recall.ts';

/** The first bytes of `f32x4.relaxed_madd`; no other module that is asked about here holds them. */
const relaxedMadd = '253,133,2';

/** Chromium has no switch for relaxed SIMD, so the question whether it is there gets the answer of a browser without. */
function hideRelaxedSimd(): void {
  const validate = WebAssembly.validate.bind(WebAssembly);
  WebAssembly.validate = (bytes) => !String(bytes).includes(relaxedMadd) && validate(bytes);
}

interface Step {
  /** one step; its loss */
  run(): Promise<number>;
  close(): Promise<void>;
}

function stepOfNode(shape: StepShape): Step {
  const step = makeReferenceStep(shape);
  return {
    async run() {
      const loss = step.run();
      const [value] = await loss.data().finally(() => loss.dispose());
      return value!;
    },
    close: async () => step.dispose(),
  };
}

async function stepOfWorkers(shape: StepShape, workers: number): Promise<Step> {
  const start = () => new Worker(new URL('./replica.ts', import.meta.url), { type: 'module' });
  const replicas = workers === 1 ? undefined : startReplicas({ workers, start, config: shape });
  const leader = makeReferenceReplica(shape);
  await replicas?.join(leader);
  return {
    run: async () => (await leadStep(leader, { factor: 1, clipNorm: 1 }, replicas)).loss,
    async close() {
      await replicas?.close();
    },
  };
}

async function work({
  shape,
  repeats,
  workers,
  threaded,
  relaxedSimd,
  backend = 'wasm',
  recall,
}: Order): Promise<Timed> {
  if (relaxedSimd === false) hideRelaxedSimd();
  if (threaded) {
    // The engine's package registers the flag.
    await import('@tensorflow/tfjs-backend-wasm');
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
  }
  const info = await useBackend(backend);
  if (recall !== undefined) {
    postMessage({ begun: true } satisfies Reply);
    const losses = await recallLosses(recall);
    return { times: [], losses, relaxedSimd: info.relaxedSimd, sharedHeap: false };
  }
  const step = workers === undefined ? stepOfNode(shape) : await stepOfWorkers(shape, workers);
  const losses = [await step.run()];
  postMessage({ begun: true } satisfies Reply);
  const times = await timings(async () => {
    losses.push(await step.run());
    return [];
  }, repeats);
  await step.close();
  const { wasm } = tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } };
  const sharedHeap = typeof SharedArrayBuffer !== 'undefined' && wasm?.HEAPU8.buffer instanceof SharedArrayBuffer;
  return { times, losses: losses.slice(0, 3), relaxedSimd: info.relaxedSimd, sharedHeap };
}

addEventListener('message', async ({ data }: MessageEvent<Order>) => {
  const reply = await work(data).then(
    (done): Reply => ({ done }),
    (error): Reply => ({ failed: error instanceof Error ? String(error.stack) : String(error) }),
  );
  postMessage(reply);
});
