// What a worker thread runs; bin/worker.mjs imports it.
import { setFlagsFromString } from 'node:v8';
import { useBackend } from '@orchid-ml/backends';
import { openPipeline, openPreparer, readTokenizer } from '@orchid-ml/pipelines/node';
import { modelOf, preparerOf } from './pipeline-model.ts';
import { serveThread } from './thread.ts';

await serveThread({
  async startEngine({ backend, blas }) {
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
