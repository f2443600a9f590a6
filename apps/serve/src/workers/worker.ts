// What a worker thread runs; bin/worker.mjs imports it.
import { getPriority, setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { useBackend } from '@orchid-ml/backends';
import { openPipeline, openPreparer, readTokenizer } from '@orchid-ml/pipelines/node';
import { modelOf, preparerOf } from './pipeline-model.ts';
import { serveThread } from './thread.ts';

/** So much nicer than the event loop's is an engine's thread: where they share a core, a request is read before more is computed. */
const niceness = 3;
const nicest = 19;

await serveThread({
  async startEngine({ backend, blas }) {
    // On Linux a priority is a thread's own; elsewhere it would be the whole process's.
    if (process.platform === 'linux') setPriority(0, Math.min(nicest, getPriority(0) + niceness));
    // As `orchid predict` does, so that both compute the same bits: Node 20 has relaxed SIMD behind a flag.
    if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
    const engine = await useBackend(backend, { blas });
    return { name: engine.name, text: String(engine) };
  },
  async openPreparer(folder) {
    return preparerOf(await openPreparer(folder));
  },
  async openModel(folder, config) {
    const pipeline = await openPipeline(folder);
    try {
      return await modelOf(pipeline, await readTokenizer(folder), config);
    } catch (error) {
      pipeline.dispose();
      throw error;
    }
  },
});
