// Times whole training steps (`orchid bench step`, `orchid bench scale`) beside a peer when one is given, and writes the
// tables of BENCHMARKS.md.
//
//   node apps/train/bench/run.mjs [--only step,profile,scale] [--peer "COMMAND"] [--rounds 3] [--repeats 7]
//     [--length 1024,131072] [--batch 1] [--write]
//
// COMMAND (or the environment's ORCHID_STEP_PEER) is a program that, called with `step --threads 1` and with --batch,
// --length, --mixer and --steps, times the same step and prints a line of JSON with `peer`, `median_ms` and `per_second`.
// The scaling curve (of --length, else of every power of two) takes a quarter of an hour, and the peer's as long again, less
// with --batch 1: it is left out unless asked for.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, writeMeasured } from '../../../tooling/bench/report.mjs';
import { runPeer } from './peer.mjs';
import { profileTable, scaleTable, stepTable } from './tables.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'step,profile' },
    peer: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    repeats: { type: 'string', default: '7' },
    length: { type: 'string' },
    batch: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const peer = options.peer ?? process.env.ORCHID_STEP_PEER;
const rounds = Number(options.rounds);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const repeats = ['--repeats', options.repeats];

/** The lines of JSON that a command of ours prints. */
function orchid(...args) {
  const argv = [here('../bin/orchid.mjs'), 'bench', ...args, '--backend', 'wasm', '--json'];
  const said = execFileSync(process.execPath, argv, { encoding: 'utf8' });
  const lines = said.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line));
}

async function step() {
  const alone = { name: 'orchid, wasm alone', lines: [] };
  const blas = { name: 'orchid, wasm and BLAS', lines: [] };
  const theirs = { name: '', lines: [], isPeer: true };
  // Rounds take turns, so that all sides meet the same machine.
  for (let round = 0; round < rounds; round++) {
    alone.lines.push(...orchid('step', ...repeats, '--blas', 'off'));
    const [line] = orchid('step', ...repeats, '--blas', 'auto');
    if (line.blas) blas.lines.push(line);
    if (peer) theirs.lines.push(await runPeer(peer, ['step', '--threads', '1']));
  }
  theirs.name = theirs.lines[0]?.peer;
  const contenders = [alone, blas, theirs].filter(({ lines }) => lines.length > 0);
  const library = blas.lines[0] ? ` BLAS is ${blas.lines[0].blas}.` : '';
  const about = `${machine()}, one thread; ${rounds} rounds in turn, the median of their medians of ${options.repeats} steps.`;
  return `${about}${library}\n\n${stepTable(contenders)}`;
}

function profile() {
  const texts = ['off', 'auto'].flatMap((blas) => {
    const [line] = orchid('step', '--profile', ...repeats, '--blas', blas);
    if (blas === 'auto' && !line.blas) return [];
    const name = blas === 'off' ? 'wasm alone' : `wasm and ${line.blas}`;
    return [`**${name}**\n\n${profileTable(line.profile)}`];
  });
  return `${machine()}, one thread; the step of median length of ${options.repeats}.\n\n${texts.join('\n\n')}`;
}

async function scale() {
  const given = ['length', 'batch'].flatMap((name) => (options[name] ? [`--${name}`, options[name]] : []));
  const points = orchid('scale', ...repeats, ...given);
  const peers = [];
  for (const { mixer, length, batch, cannot } of peer ? points : []) {
    if (cannot) continue;
    const shape = ['--batch', batch, '--length', length, '--mixer', mixer].map(String);
    const { median_ms: ms, maxRssBytes } = await runPeer(peer, ['step', '--threads', '1', '--steps', '1', ...shape]);
    peers.push({ mixer, length, ms, microseconds: (1000 * ms) / (batch * length), maxRssBytes });
  }
  return `${machine()}, one thread.\n\n${scaleTable(points, peers)}`;
}

const sections = { step, profile, scale };
for (const name of options.only.split(',')) {
  if (!(name in sections)) throw new Error(`--only ${name}: want some of ${Object.keys(sections).join(', ')}`);
  const text = await sections[name]();
  console.log(`${text}\n`);
  if (options.write) writeMeasured(here('../BENCHMARKS.md'), text, name);
}
