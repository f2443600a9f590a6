// Measures matrix products and linear layers, by our kernel with plain and with relaxed SIMD and by the machine's BLAS, and
// writes the table of BENCHMARKS.md between its markers:
//
//   node bench/run.mjs            print
//   node bench/run.mjs --write    print and write
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { machine, markdownTable, median, writeMeasured } from '../../../tooling/bench/report.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const measure = (simd) =>
  execFileSync(process.execPath, ['--import', 'tsx', here('measure.ts'), simd], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

const [plain, relaxed] = [measure('plain'), measure('relaxed')];
let library = 'none';
const rate = (flops, times) => (times ? (flops / median(times) / 1e6).toFixed(1) : '');
const rows = plain.map(({ what, flops, times }, i) => {
  const native = Object.keys(relaxed[i].times).find((name) => name !== 'wasm');
  library = native ?? library;
  const own = relaxed[i].times.wasm;
  return [
    what,
    rate(flops, times.wasm),
    rate(flops, own),
    rate(flops, relaxed[i].times[native]),
    median(own).toFixed(1),
  ];
});
const titles = ['GFLOP/s', 'SIMD', 'relaxed SIMD', 'native BLAS', 'relaxed SIMD, ms'];
const text = `${machine()}, one thread, medians of 7; BLAS: ${library}.\n\n${markdownTable(titles, rows)}`;
console.log(text);
if (process.argv.includes('--write')) writeMeasured(here('../BENCHMARKS.md'), text);
