// Trains on two threads and ends without closing them.
import { register } from 'tsx/esm/api';

register();
const { useBackend } = await import('@orchid-ml/backends');
const { train } = await import('../src/index.ts');
const { startReplicas } = await import('../src/node/index.ts');
const { makeTiny, SPIED } = await import('./tiny-setup.ts');
await useBackend('wasm');
const shared = (bytes) => new SharedArrayBuffer(bytes);
const config = {
  backend: 'wasm',
  task: 'recall',
  batchSize: 4,
  seed: 1,
  weights: shared(8 * SPIED),
  tensors: shared(16),
};
const replicas = startReplicas({ workers: 2, entry: new URL('./replica.mjs', import.meta.url), config });
const { step } = await train({ ...makeTiny(config, 0), steps: 3, replicas });
console.log(`done ${step}`);
