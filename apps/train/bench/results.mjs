// Results on real data: trains Orchid and attention of the same width and depth for the same number of steps on each data set, by
// `orchid study`, and writes RESULTS.md.
//
//   node apps/train/bench/results.mjs --data DIR [--only mnist,sst2] [--mixer orchid] [--list] [--write]
//
// DIR holds the data sets, each in the folder or archive named below. Every model is a process of its own; what is trained already
// (in results/<name>/) is kept, so the same command goes on where it was stopped, and --only and --mixer add one after another.
// --write puts everything that has been measured so far into RESULTS.md; without --data it does only that.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, markdownTable } from '../../../tooling/bench/report.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = join(root, 'apps/train/bin/orchid.mjs');
/** What was measured, a file a data set: what RESULTS.md is made of. */
const kept = join(root, 'apps/train/results');

/**
 * What is trained on what. `args` follow `orchid study`, `path` is within --data, `wanted` is the score to reach, `budget` each
 * model's: as many steps as take less than 30 minutes on two cores, or minutes, where a step of attention takes many times as long.
 * Attention learns its positions; every other setting is the same for both.
 */
const sets = [
  { name: 'mnist', budget: ['--steps', '3000'], title: 'MNIST', args: ['mnist'], path: 'mnist', wanted: 0.985 },
  {
    name: 'cifar10',
    budget: ['--steps', '4000'],
    title: 'CIFAR-10 (JPEG copies)',
    args: ['cifar10'],
    path: 'cifar10-jpeg',
    wanted: 0.6,
  },
  {
    name: 'sst2',
    budget: ['--steps', '4000'],
    title: 'SST-2, from scratch',
    args: ['glue', '--preset', 'glue-sst2'],
    path: 'glue/SST-2',
    wanted: 0.8,
  },
  {
    name: 'cola',
    budget: ['--steps', '1600'],
    title: 'CoLA, from scratch',
    args: ['glue', '--preset', 'glue-cola'],
    path: 'glue/CoLA',
  },
  {
    name: 'speech-commands',
    budget: ['--steps', '1200'],
    title: 'Speech Commands, 10 words, 818 recordings to learn from, speakers apart',
    args: ['speech-commands', '--set', 'data.parts=speakers'],
    path: 'speech/wavs.tar.gz',
  },
  {
    name: 'fsdd',
    budget: ['--steps', '2000'],
    title: 'FSDD, spoken digits',
    args: ['speech-commands', '--preset', 'fsdd'],
    path: 'fsdd/recordings.tar.gz',
    wanted: 0.85,
  },
  {
    name: 'wikitext2',
    budget: ['--steps', '1500'],
    title: 'WikiText-2 (validation part to learn from, test part to measure on), masked words',
    args: ['bert'],
    text: ['wikitext-2/valid.txt', 'wikitext-2/test.txt'],
  },
  ...[
    [128, '--steps', '2400'],
    [512, '--steps', '1200'],
    [2048, '--minutes', '20'],
    [8192, '--minutes', '20'],
  ].map(([length, ...budget]) => ({
    name: `recall-${length}`,
    budget,
    title: `Associative recall, length ${length.toLocaleString('en-US')}`,
    args: ['recall', '--length', String(length), '--set', 'training.require_accuracy=null'],
    wanted: length <= 2048 ? 0.99 : undefined,
  })),
  {
    name: 'mqar',
    budget: ['--steps', '2500'],
    title: 'MQAR, length 64',
    args: ['mqar'],
    mixers: 'orchid,attention,hyena',
  },
];

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    only: { type: 'string' },
    mixer: { type: 'string' },
    list: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const wanted = options.only?.split(',');
const unknown = wanted?.find((name) => !sets.some((set) => set.name === name));
if (unknown !== undefined) {
  console.error(`--only ${unknown}: there is no such data set; want ${sets.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
if (options.list) {
  for (const { name, title, path, text } of sets)
    console.log(`${name.padEnd(18)}${title}  ${path ?? text?.join(', ') ?? ''}`);
  process.exit(0);
}

if (options.data !== undefined) {
  for (const set of sets) {
    if (wanted && !wanted.includes(set.name)) continue;
    measure(set);
  }
}
if (options.write) writeResults();

function measure({ name, title, args, path, text, budget: limit, mixers: all = 'orchid,attention' }) {
  const mixers = options.mixer ?? all;
  console.log(`\n== ${title}`);
  const at = (file) => join(options.data, file);
  const missing = [path, ...(text ?? [])].find((file) => file !== undefined && !existsSync(at(file)));
  if (missing !== undefined) {
    console.log(`${at(missing)} is not there; left out`);
    return;
  }
  const sources = [
    ...(path ? ['--data', at(path)] : []),
    ...(text ? ['--text', at(text[0]), '--eval-text', at(text[1])] : []),
  ];
  const out = join('results', name);
  const argv = ['study', ...args, ...sources, '--mixer', mixers, ...limit, '--backend', 'wasm'];
  const { status } = spawnSync(process.execPath, [program, ...argv, '--out', out], { stdio: 'inherit' });
  if (status === 130) process.exit(130);
  if (status !== 0) process.exitCode = 1;
  if (!existsSync(join(out, 'results.json'))) return;
  const { budget, cells } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  const shown = [
    ...args,
    ...(path ? ['--data', 'DIR'] : []),
    ...(text ? ['--text', 'FILE', '--eval-text', 'FILE'] : []),
  ];
  const command = ['orchid study', ...shown, '--mixer', mixers, ...limit].join(' ');
  mkdirSync(kept, { recursive: true });
  const rows = cells.map(({ mixer, result, cannot }) => ({ mixer, result: result ?? null, cannot: cannot ?? null }));
  writeFileSync(
    join(kept, `${name}.json`),
    `${JSON.stringify({ command, budget, machine: machine(), rows }, null, 2)}\n`,
  );
}

function writeResults() {
  const files = existsSync(kept) ? readdirSync(kept) : [];
  const sections = sets.flatMap(({ name, title, wanted: bound }) => {
    if (!files.includes(`${name}.json`)) return [];
    const { command, budget, machine: where, rows } = JSON.parse(readFileSync(join(kept, `${name}.json`), 'utf8'));
    const score = rows.find(({ result }) => result)?.result.scoreName ?? 'score';
    const percent = /accuracy|f1/.test(score);
    const show = (value) => (value === null ? '–' : percent ? `${(100 * value).toFixed(2)} %` : value.toFixed(3));
    const table = markdownTable(
      ['model', 'parameters', score, 'held-out loss', 'steps', 'ms a step', 'minutes'],
      rows.map(({ mixer, result: r, cannot }) =>
        r
          ? [
              mixer,
              r.parameters.toLocaleString('en-US'),
              show(r.score),
              r.evaluation ? r.evaluation.loss.toPrecision(4) : '–',
              r.steps.toLocaleString('en-US'),
              r.stepMs.toFixed(0),
              (r.seconds / 60).toFixed(1),
            ]
          : [mixer, '–', `not trained: ${cannot}`, '–', '–', '–', '–'],
      ),
    );
    const goal = bound === undefined ? '' : ` To reach: ${show(bound)}.`;
    return [`## ${title}`, `    ${command}`, `${limitOf(budget)} each, on ${where}.${goal}`, table];
  });
  const text = [
    '# Results on real data',
    'Orchid and attention of the same width and depth, each trained from scratch with the same settings under the same budget; the score ' +
      'is that of the finished model on the test part (of GLUE, the development part), once. The times are those of these very runs, ' +
      'some beside other work of the machine; for speed see BENCHMARKS.md of the packages. Made by ' +
      '`node apps/train/bench/results.mjs --data DIR --write`.',
    ...sections,
  ];
  writeFileSync(join(root, 'RESULTS.md'), `${text.join('\n\n')}\n`);
  console.log(`RESULTS.md: ${files.length} of ${sets.length} data sets`);
}

/** A study's budget in words. */
function limitOf({ steps, minutes }) {
  return steps === undefined ? `${minutes} minutes of steps` : `${steps.toLocaleString('en-US')} steps at most`;
}
