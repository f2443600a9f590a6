// Does it matter who computes? Trains the same run with and without native BLAS and with one and two workers, and compares
// the loss curves with the first one's. What differs is the order in which float32 numbers are added up, which training
// amplifies: little where the loss goes down steadily, a lot where it falls off a plateau, as that of recall does.
//
//   node apps/train/bench/curves.mjs [--steps 200] [--text FILE] [--preset NAME] [--set KEY=VALUE ...]
//
// With a text a language model is trained, else recall. Prints one line a variant and exits with 1 if a loss differs by more
// than 1e-3.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '200' },
    text: { type: 'string' },
    preset: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const task = options.text === undefined ? ['recall'] : ['mlm', '--text', options.text];
const preset = options.preset ?? task[0];
const orchid = fileURLToPath(new URL('../bin/orchid.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'orchid-curves-'));
const LIMIT = 1e-3;

/** The training losses of one run, step by step. */
function losses(name, ...args) {
  const out = join(folder, name);
  execFileSync(
    process.execPath,
    [
      ...[orchid, 'train', ...task, '--preset', preset, '--backend', 'wasm', '--out', out, ...args],
      ...[...options.set, 'training.require_accuracy=null'].flatMap((setting) => ['--set', setting]),
      ...['--set', `training.steps=${options.steps}`],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return readFileSync(join(out, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'step')
    .map(({ loss }) => loss);
}

let worst = 0;
try {
  const first = losses('wasm', '--blas', 'off', '--workers', '1');
  console.log(
    `wasm, 1 worker: loss ${first[0].toFixed(4)} at step 1, ${first.at(-1).toFixed(4)} at step ${first.length}`,
  );
  for (const [name, ...args] of [
    ['wasm-2-workers', '--blas', 'off', '--workers', '2'],
    ['blas', '--blas', 'auto', '--workers', '1'],
    ['blas-2-workers', '--blas', 'auto', '--workers', '2'],
  ]) {
    const other = losses(name, ...args);
    if (other.length !== first.length) throw new Error(`${name}: ${other.length} steps; want ${first.length}`);
    const differences = other.map((loss, i) => Math.abs(loss - first[i]));
    const largest = Math.max(...differences);
    worst = Math.max(worst, largest);
    console.log(`${name}: largest difference ${largest.toExponential(1)}, at step ${differences.indexOf(largest) + 1}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(worst <= LIMIT ? `within ${LIMIT}` : `beyond ${LIMIT}`);
process.exitCode = worst <= LIMIT ? 0 : 1;
