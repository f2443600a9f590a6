// Measures rfft side by side with a peer, on wasm with FFTW3 and on webgpu with TensorFlow.js's own, and writes the tables of
// BENCHMARKS.md between their markers:
//
//   node bench/run.mjs                    print
//   node bench/run.mjs --write            print and write
//   node bench/run.mjs --write webgpu     one of the two, wasm or webgpu
//
// On wasm both are asked in turn, seven times each, so that whatever else the machine does meets both; medians are compared.
// Without gcc or libfftw3 (Debian: libfftw3-dev) the peer's columns stay empty, and it says so.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { machine, markdownTable, median, writeMeasured } from '../../../tooling/bench/report.mjs';

const CASES = [
  [1024, 64],
  [2048, 64],
  [4096, 64],
  [8192, 64],
  [16384, 64],
  [131072, 8],
  [1000, 64],
  [1009, 64],
];
const WEBGPU_CASES = [
  [1024, 256],
  [4096, 256],
];
const ROUNDS = 7;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A child that answers each line with a line. */
function ask(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async time(n, batch) {
      child.stdin.write(`${n} ${batch}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`${command} ended without an answer for N ${n}, batch ${batch}`);
      return JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}

/** The table of rfft on wasm beside FFTW. */
async function measureWasm() {
  const folder = mkdtempSync(join(tmpdir(), 'fftw-peer-'));
  const binary = join(folder, 'fftw_peer');
  const built = spawnSync('gcc', ['-O2', '-o', binary, here('fftw_peer.c'), '-lfftw3f', '-lm'], { encoding: 'utf8' });
  if (built.status !== 0) console.error(`FFTW is not measured: ${built.error?.message ?? built.stderr}`);

  const ours = ask(process.execPath, ['--import', 'tsx', here('measure.ts')]);
  const peer = built.status === 0 ? ask(binary, []) : undefined;
  const gflops = (n, batch, ms) => (2.5 * n * Math.log2(n) * batch) / ms / 1e6;

  let library = 'FFTW';
  const rows = [];
  for (const [n, batch] of CASES) {
    const times = { ours: [], peer: [] };
    for (let round = 0; round < ROUNDS; round++) {
      times.ours.push((await ours.time(n, batch)).ms);
      if (peer) {
        const answer = await peer.time(n, batch);
        library = answer.library;
        times.peer.push(answer.ms);
      }
    }
    const [a, b] = [median(times.ours), peer ? median(times.peer) : undefined];
    const [best, peerBest] = [Math.min(...times.ours), Math.min(...times.peer)];
    const cells = [n.toLocaleString('en'), batch, a.toFixed(3), best.toFixed(3), gflops(n, batch, best).toFixed(1)];
    if (b === undefined) cells.push('', '', '', '');
    else cells.push(b.toFixed(3), peerBest.toFixed(3), `${(b / a).toFixed(2)}x`, `${(peerBest / best).toFixed(2)}x`);
    rows.push(cells.map(String));
    console.error(cells.join('  '));
  }
  ours.end();
  peer?.end();
  rmSync(folder, { recursive: true });

  const titles = [
    'N',
    'batch',
    'ms, median',
    'best',
    'GFLOPS at best',
    'FFTW ms, median',
    'best',
    'speed by medians, FFTW = 1',
    'by best',
  ];
  return `${machine()}, one thread; peer ${library}, FFTW_MEASURE.\n\n${markdownTable(titles, rows)}`;
}

/** The table of rfft on webgpu beside TensorFlow.js's, or undefined where there is no adapter. */
function measureWebGpu() {
  const args = ['--import', 'tsx', here('measure-webgpu.ts'), JSON.stringify(WEBGPU_CASES)];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) {
    console.error('webgpu is not measured');
    return undefined;
  }
  const [{ engine }, ...cases] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const rows = cases.map(({ n, batch, ours, theirs, dispatches, overFloor }) => {
    const [a, b] = [median(ours), median(theirs)];
    const bytes = `${overFloor.toFixed(2)}x`;
    return [n.toLocaleString('en'), batch, a.toFixed(2), dispatches, bytes, b.toFixed(0), `${(b / a).toFixed(0)}x`];
  });
  const titles = [
    'N',
    'batch',
    'ms, median',
    'dispatches',
    'bytes over the least',
    'tf.spectral.rfft ms, median',
    'times as fast',
  ];
  return `${machine()}; ${engine}.\n\n${markdownTable(titles, rows)}`;
}

const write = process.argv.includes('--write');
const asked = ['wasm', 'webgpu'].filter((name) => process.argv.includes(name));
for (const name of asked.length > 0 ? asked : ['wasm', 'webgpu']) {
  const text = name === 'wasm' ? await measureWasm() : measureWebGpu();
  if (text === undefined) continue;
  console.log(text);
  if (write) writeMeasured(here('../BENCHMARKS.md'), text, name === 'wasm' ? undefined : name);
}
