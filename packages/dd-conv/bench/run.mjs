// Times the convolutions on the wasm engine, beside a peer when one is given, and writes the tables of BENCHMARKS.md.
//
//   node packages/dd-conv/bench/run.mjs [--peer "COMMAND"] [--rounds 3] [--lengths 1024,16384] [--write]
//   node packages/dd-conv/bench/run.mjs --backend webgpu [--batch 8] [--width 768] [--lengths 1024,16384] [--write]
//
// COMMAND (or the environment's ORCHID_CONV_PEER) is a program that times a per-example circular convolution when it is
// called with `conv --batch B --length L --width D [--backward]`, and prints a line of JSON with `peer` and `median_ms`.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, markdownTable, median, writeMeasured } from '../../../tooling/bench/report.mjs';

const { values: options } = parseArgs({
  options: {
    peer: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    lengths: { type: 'string', default: '1024,4096,16384,131072' },
    backend: { type: 'string', default: 'wasm' },
    batch: { type: 'string', default: '8' },
    width: { type: 'string', default: '128' },
    write: { type: 'boolean', default: false },
  },
});
const peer = options.peer ?? process.env.ORCHID_CONV_PEER;
const rounds = Number(options.rounds);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const [batch, length, width] = [8, 4096, 128];

const run = (command, args) =>
  execFileSync(command, args, { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } })
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

if (options.backend === 'webgpu') {
  onWebGpu();
  process.exit();
}

// Rounds take turns, so that both sides meet the same machine.
const ours = new Map();
const theirs = new Map();
let peerName = '';
const note = (map, key, ms) => map.set(key, [...(map.get(key) ?? []), ms]);
for (let round = 0; round < rounds; round++) {
  for (const line of run(process.execPath, ['--import', 'tsx', here('measure.ts')]))
    note(ours, line.what, line.medianMs);
  if (!peer) continue;
  const [command, ...first] = peer.split(' ');
  for (const pass of ['forward', 'forward + backward']) {
    const sizes = ['--batch', batch, '--length', length, '--width', width, '--steps', '7'].map(String);
    const [line] = run(command, [...first, 'conv', ...sizes, ...(pass === 'forward' ? [] : ['--backward'])]);
    peerName = line.peer;
    note(theirs, pass, line.median_ms);
  }
}

const rows = [];
const names = [...new Set([...ours.keys()].map((what) => what.split(': ')[0]))];
const cell = (ms) => ms.toFixed(1);
const rate = (ms) => Math.round((batch * length * 1e3) / ms).toLocaleString('en-US');
for (const name of names) {
  const [forward, both] = ['forward', 'forward + backward'].map((pass) => median(ours.get(`${name}: ${pass}`)));
  rows.push([name, cell(forward), cell(both), rate(both)]);
}
if (peer) {
  const [forward, both] = ['forward', 'forward + backward'].map((pass) => median(theirs.get(pass)));
  rows.push([`${peerName}, kernel per example`, cell(forward), cell(both), rate(both)]);
  const first = `${names[0]}: forward`;
  const ratios = [forward / median(ours.get(first)), both / median(ours.get(`${first} + backward`))];
  rows.push(['times as fast as the peer, kernel per example', ...ratios.map((r) => r.toFixed(2)), '']);
}
const titles = ['', 'forward, ms', 'forward + backward, ms', 'tokens/s, both'];
const about = `${machine()}, one thread; ${rounds} rounds in turn, median of 7 runs each.`;
const text = `B ${batch}, L ${length}, D ${width}, float32. ${about}\n\n${markdownTable(titles, rows)}`;
console.log(text);
if (options.write) writeMeasured(here('../BENCHMARKS.md'), text);

// The same convolution, kernel per example, over the length; a round times both sides once.
const table = [];
for (const n of options.lengths.split(',').map(Number)) {
  const repeats = n > 65_536 ? '3' : '7';
  const [forward, both, peerForward, peerBoth] = [[], [], [], []];
  for (let round = 0; round < rounds; round++) {
    const sizes = ['--length', String(n), '--operators', '1', '--repeats', repeats];
    const [one, two] = run(process.execPath, ['--import', 'tsx', here('measure.ts'), ...sizes]);
    forward.push(one.medianMs);
    both.push(two.medianMs);
    if (!peer) continue;
    const [command, ...first] = peer.split(' ');
    const args = [...first, 'conv', '--batch', batch, '--length', n, '--width', width, '--steps', repeats].map(String);
    peerForward.push(run(command, args)[0].median_ms);
    peerBoth.push(run(command, [...args, '--backward'])[0].median_ms);
  }
  const cells = (a, b) => [cell(median(a)), ...(peer ? [cell(median(b)), (median(b) / median(a)).toFixed(2)] : [])];
  table.push([n.toLocaleString('en-US'), ...cells(forward, peerForward), ...cells(both, peerBoth)]);
}
const columns = (what) => [`${what}, ms`, ...(peer ? [`${peerName}`, 'speed, the peer = 1'] : [])];
const over = `B ${batch}, D ${width}, kernel per example. ${about}\n\n${markdownTable(
  ['L', ...columns('forward'), ...columns('forward + backward')],
  table,
)}`;
console.log(`\n${over}`);
if (options.write) writeMeasured(here('../BENCHMARKS.md'), over, 'lengths');

/** Over the length on webgpu, with the bytes that must be moved beside the time. */
function onWebGpu() {
  const rows = [];
  for (const n of options.lengths.split(',')) {
    const sizes = ['--length', n, '--batch', options.batch, '--width', options.width];
    for (const line of run(process.execPath, [
      '--import',
      'tsx',
      here('measure.ts'),
      '--backend',
      'webgpu',
      ...sizes,
    ])) {
      const { what, medianMs, dispatches, bytes, floor } = line;
      const gigabytes = floor / 1e9 / (medianMs / 1e3);
      rows.push([
        Number(n).toLocaleString('en-US'),
        what,
        medianMs.toFixed(2),
        dispatches,
        (floor / 2 ** 20).toFixed(1),
        (bytes / floor).toFixed(2),
        gigabytes.toFixed(1),
      ]);
    }
  }
  const columns = ['L', '', 'ms', 'dispatches', 'floor, MB', 'bytes moved / floor', 'GB/s of the floor'];
  const text = `B ${options.batch}, D ${options.width}, float32, webgpu. ${machine()}; median of 7 runs each.\n\n${markdownTable(columns, rows)}`;
  console.log(text);
  if (options.write) writeMeasured(here('../BENCHMARKS.md'), text, 'webgpu');
}
