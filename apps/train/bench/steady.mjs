// Does anything leak? Trains a run of many steps and shows what memory is in use after each evaluation.
//
//   node apps/train/bench/steady.mjs [--steps 2000] [--workers 2] [--preset recall] [--backend wasm]
//
// Exits with 1 if from the first quarter of the run to its end the tensors or the bytes of the heap, or on the GPU, change, or the process
// grows by more than 5 %: the first steps compile code and reach the caches' limits.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { markdownTable } from '../../../tooling/bench/report.mjs';

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '2000' },
    workers: { type: 'string' },
    backend: { type: 'string', default: 'wasm' },
    preset: { type: 'string', default: 'recall' },
  },
});
const orchid = fileURLToPath(new URL('../bin/orchid.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'orchid-steady-'));
const steps = Number(options.steps);
// One GPU is one worker.
const workers = options.workers ?? (options.backend === 'wasm' ? '2' : '1');
let rows;
try {
  const settings = [
    `training.steps=${steps}`,
    `training.evaluate_every=${Math.ceil(steps / 16)}`,
    'training.stop_accuracy=null',
    'training.require_accuracy=null',
  ];
  execFileSync(
    process.execPath,
    [
      ...[orchid, 'train', 'recall', '--preset', options.preset, '--backend', options.backend, '--workers', workers],
      ...['--out', join(folder, 'run'), ...settings.flatMap((setting) => ['--set', setting])],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  rows = readFileSync(join(folder, 'run/metrics.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'evaluation');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
console.log(
  markdownTable(
    ['step', 'tensors', options.backend === 'webgpu' ? 'GPU, MB' : 'heap, MB', 'process, MB'],
    rows.map(({ step, memory }) => [
      String(step),
      String(memory.tensors),
      megabytes(memory.heapBytes ?? memory.deviceBytes),
      megabytes(memory.residentBytes),
    ]),
  ),
);
const settled = rows.filter(({ step }) => step >= steps / 4).map(({ memory }) => memory);
const [first, last] = [settled[0], settled.at(-1)];
const isFlat =
  last.tensors === first.tensors &&
  last.heapBytes === first.heapBytes &&
  last.deviceBytes === first.deviceBytes &&
  last.residentBytes <= 1.05 * first.residentBytes;
console.log(isFlat ? 'flat' : 'not flat');
process.exitCode = isFlat ? 0 : 1;
