// Times a whole training step (`orchid bench step`) beside a peer when one is given, and writes the table of BENCHMARKS.md.
//
//   node apps/train/bench/run.mjs [--peer "COMMAND"] [--rounds 3] [--write]
//
// COMMAND (or the environment's ORCHID_STEP_PEER) is a program that, called with `step --threads 1`, times the same step
// and prints a line of JSON with `peer`, `median_ms` and `per_second`.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, markdownTable, median, writeMeasured } from '../../../tooling/bench/report.mjs';

const { values: options } = parseArgs({
  options: {
    peer: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
const peer = options.peer ?? process.env.ORCHID_STEP_PEER;
const rounds = Number(options.rounds);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const jsonLine = (command, args) =>
  JSON.parse(
    execFileSync(command, args, { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } })
      .split('\n')
      .findLast((line) => line.startsWith('{')),
  );

// Rounds take turns, so that both sides meet the same machine.
const ours = [];
const theirs = [];
for (let round = 0; round < rounds; round++) {
  ours.push(jsonLine(process.execPath, [here('../bin/orchid.mjs'), 'bench', 'step', '--backend', 'wasm', '--json']));
  if (!peer) continue;
  const [command, ...first] = peer.split(' ');
  theirs.push(jsonLine(command, [...first, 'step', '--threads', '1']));
}

const row = (name, ms, rate) => [name, ms.toFixed(0), Math.round(rate).toLocaleString('en-US')];
const oursMs = median(ours.map((line) => line.medianMs));
const rows = [row('orchid, wasm', oursMs, median(ours.map((line) => line.tokensPerSecond)))];
if (peer) {
  const theirsMs = median(theirs.map((line) => line.median_ms));
  rows.push(row(theirs[0].peer, theirsMs, median(theirs.map((line) => line.per_second))));
  rows.push(['speed, the peer = 1', (theirsMs / oursMs).toFixed(2), '']);
}
const about = `${machine()}, one thread; ${rounds} rounds in turn, the median of their medians of 7 steps or more.`;
const text = `${about}\n\n${markdownTable(['', 'ms a step', 'tokens/s'], rows)}`;
console.log(text);
if (options.write) writeMeasured(here('../BENCHMARKS.md'), text);
