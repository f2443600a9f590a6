// Trains the model that comes with the page Look inside, with the page's own session, and writes its weights in half
// precision: `pnpm --filter @orchid-ml/playground sample`, a minute or two.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@orchid-ml/backends';
import { encodeSafetensors, stateDict } from '@orchid-ml/orchid-models';
import { RecallSession } from '../src/compute/learn/session.ts';
import { DEFAULT_LEARN, type LearnSettings } from '../src/shared/learn.ts';

const folder = fileURLToPath(new URL('../src/sample/', import.meta.url));
/** The Fourier transform, whose kernel is a filter in the usual sense; two blocks, so that there is something to compare. */
const settings: LearnSettings = { ...DEFAULT_LEARN, layers: 2, transform: 'dft', batchSize: 32 };

console.log(String(await useBackend('wasm', { blas: 'off' })));
const session = new RecallSession(settings);
const status = await session.run(({ steps, evaluations, stepMs }) => {
  for (const { step, loss, accuracy } of evaluations) {
    console.log(
      `step ${step}  loss ${loss.toFixed(3)}  accuracy ${accuracy.toFixed(3)}  ${stepMs.toFixed(1)} ms a step`,
    );
  }
  if (steps.at(-1)?.step === 6_000) void session.pause();
});
console.log(status);
if (status.state !== 'learned') throw new Error('the model has not learned its task');
const metadata = { config: JSON.stringify(session.model.config), format: 'pt', step: String(status.step) };
const weights = encodeSafetensors(await stateDict(session.model, { dtype: 'F16' }), metadata);
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}recall.safetensors`, weights);
console.log(`${weights.byteLength} bytes in ${folder}`);
await session.dispose();
