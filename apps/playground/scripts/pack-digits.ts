// Writes the model of digits that comes with the page Use as an archive, weights in half precision. From the root of the
// repository, with MNIST's four files in DIR; some minutes:
//
//   pnpm orchid train mnist --data DIR --out runs/digits --backend wasm --set model.hidden_size=32 \
//     --set model.num_hidden_layers=2 --set model.intermediate_size=64 --set model.mlp_blocks=1 --set model.filter_order=32 \
//     --set training.batch_size=64
//   pnpm --filter @orchid-ml/playground digits runs/digits
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@orchid-ml/backends';
import { encodeSafetensors, stateDict } from '@orchid-ml/orchid-models';
import { openPipeline } from '@orchid-ml/pipelines/node';
import { pack } from '../src/compute/archive.ts';

const archive = fileURLToPath(new URL('../src/sample/digits.zip', import.meta.url));
const [given] = process.argv.slice(2);
if (!given) throw new Error('want the folder of a run of orchid train mnist');
const run = resolve(process.env.INIT_CWD ?? '.', given);

await useBackend('wasm', { blas: 'off' });
const pipeline = await openPipeline(run);
const { model } = pipeline;
const saved = (name: string) => [name, new Uint8Array(readFileSync(join(run, 'checkpoint', name)))] as const;
const metadata = { config: JSON.stringify(model.config), format: 'pt' };
const weights = encodeSafetensors(await stateDict(model, { dtype: 'F16' }), metadata);
const bytes = pack(new Map([saved('config.json'), saved('preprocessor_config.json'), ['model.safetensors', weights]]));
writeFileSync(archive, bytes);
console.log(`${bytes.byteLength} bytes in ${archive}`);
pipeline.dispose();
