// Times every mixer over the length, side by side on the wasm engine, and writes the tables of BENCHMARKS.md.
//
//   node packages/orchid-models/bench/mixers.mjs [--lengths 512,1024] [--width 128] [--repeats 5] [--write]
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, markdownTable, writeMeasured } from '../../../tooling/bench/report.mjs';

const { values: options } = parseArgs({
  options: {
    lengths: { type: 'string', default: '512,1024,2048,4096,8192,16384' },
    width: { type: 'string', default: '128' },
    heads: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '5' },
    blas: { type: 'string', default: 'auto' },
    write: { type: 'boolean', default: false },
  },
});
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const lengths = options.lengths.split(',').map(Number);
const MIXERS = [
  'orchid, type I, dct',
  'orchid, type I, dft',
  'orchid, type II, dft',
  'hyena, bidirectional',
  'linformer',
  'reformer',
  'routing',
  'attention',
];

/** One mixer at one length, in a process of its own. */
function measure(mixer, length) {
  const repeats = String(length > 4096 ? Math.min(3, Number(options.repeats)) : options.repeats);
  const sizes = ['--length', String(length), '--width', options.width, '--heads', options.heads];
  const args = ['--import', 'tsx', here('measure.ts'), '--mixer', mixer, ...sizes, '--repeats', repeats];
  const output = execFileSync(process.execPath, [...args, '--blas', options.blas], { encoding: 'utf8' });
  const line = JSON.parse(output.split('\n').find((text) => text.startsWith('{')));
  console.error(`${mixer}, L ${length}: ${line.limit ?? `${line.forwardMs.toFixed(1)}, ${line.bothMs.toFixed(1)} ms`}`);
  return line;
}

// Lengths outside, so that what is compared at a length was measured at about the same time.
const measured = new Map(MIXERS.map((mixer) => [mixer, []]));
for (const length of lengths) for (const mixer of MIXERS) measured.get(mixer).push(measure(mixer, length));

const number = (value) => (value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US'));
/** Values along the length, each but the first with its growth since the one before. */
const cells = (lines, key) =>
  lines.map((line, i) => {
    if (line.limit) return 'no room';
    const before = lines[i - 1];
    return before && !before.limit
      ? `${number(line[key])} (×${(line[key] / before[key]).toFixed(1)})`
      : number(line[key]);
  });
const titles = ['', ...lengths.map((length) => `L ${length.toLocaleString('en-US')}`)];
const table = (key) =>
  markdownTable(
    titles,
    MIXERS.map((mixer) => [mixer, ...cells(measured.get(mixer), key)]),
  );
const limits = [...measured.values()].flat().filter((line) => line.limit);
const text = [
  `B 1, D ${options.width}, ${options.heads} heads, float32. ${machine()}, one thread, with the machine's BLAS where it has one; ` +
    `milliseconds of CPU time, best of ${options.repeats} (of 3 from L 8,192), in brackets the growth from the length before.`,
  'Forward:',
  table('forwardMs'),
  'Forward and gradients of all parameters:',
  table('bothMs'),
  'The most memory in use at once in doing so, in MB, beyond parameters and input:',
  table('peakMb'),
  ...limits.map(({ mixer, length, limit }) => `_No room_: ${mixer} at L ${length.toLocaleString('en-US')}: ${limit}.`),
].join('\n\n');
console.log(text);
if (options.write) writeMeasured(here('../BENCHMARKS.md'), text, 'mixers');
