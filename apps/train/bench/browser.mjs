// Times the training step of `orchid bench step` in a page's Web Worker in turn with Node, and writes the table of
// BENCHMARKS.md.
//
//   node apps/train/bench/browser.mjs [--rounds 7] [--repeats 7] [--write]
//
// The page is built by Vite and runs in the machine's Chromium, without a window.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';
import { machine, markdownTable, median, writeMeasured } from '../../../tooling/bench/report.mjs';

register();
const { launchChromium } = await import('../../../tooling/browser/chromium.ts');
const { buildSite } = await import('../../../tooling/browser/site.ts');
const { referenceShape } = await import('../src/run/reference-task.ts');

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    repeats: { type: 'string', default: '7' },
    write: { type: 'boolean', default: false },
  },
});
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const repeats = Number(options.repeats);
const rounds = Number(options.rounds);

function inNode() {
  const args = ['bench', 'step', '--backend', 'wasm', '--blas', 'off', '--repeats', String(repeats), '--json'];
  const said = execFileSync(process.execPath, [here('../bin/orchid.mjs'), ...args], { encoding: 'utf8' });
  return { ms: JSON.parse(said).medianMs };
}

async function inPage(browser, address, order) {
  const page = await browser.newPage();
  try {
    await page.goto(address);
    await page.waitForFunction(() => 'bench' in globalThis);
    const outcome = await page.evaluate((given) => globalThis.bench(given), {
      shape: referenceShape,
      repeats,
      ...order,
    });
    return { ms: median(outcome.times), ...outcome };
  } finally {
    await page.close();
  }
}

const built = await buildSite(here('browser'));
// The threads of tfjs's threaded build start from the text of a function, which names that were shortened break.
const readable = await buildSite(here('browser'), { minify: false });
const browser = await launchChromium();
const sides = {
  Node: inNode,
  page: () => inPage(browser, built.plain, {}),
  'page without relaxed SIMD': () => inPage(browser, built.plain, { relaxedSimd: false }),
  'cross-origin isolated page': () => inPage(browser, built.isolated, {}),
  "the same, tfjs's threaded build": () => inPage(browser, readable.isolated, { threaded: true }),
  '`leadStep`, isolated page, 1 worker': () => inPage(browser, built.isolated, { workers: 1 }),
  '`leadStep`, isolated page, 2 workers': () => inPage(browser, built.isolated, { workers: 2 }),
};
const found = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
try {
  // Rounds take turns, so that all sides meet the same machine.
  for (let round = 0; round < rounds; round++)
    for (const [name, side] of Object.entries(sides)) found[name].push(await side());
} finally {
  await browser.close();
  await Promise.all([built.close(), readable.close()]);
}

const msOf = (name) => median(found[name].map(({ ms }) => ms));
const rows = Object.entries(found).map(([name, outcomes]) => [
  name,
  msOf(name).toFixed(0),
  (msOf('Node') / msOf(name)).toFixed(2),
  name === 'Node' ? '' : Math.max(...outcomes.map(({ longestWaitMs }) => longestWaitMs)).toFixed(0),
]);
const [one, two] = Object.keys(sides).slice(-2).map(msOf);
rows.push(['speed of 2 workers, 1 worker = 1', '', (one / two).toFixed(2), '']);
const about =
  `${machine()}, Chromium ${browser.version()}; ${rounds} rounds in turn, the median of their medians of ${repeats} steps. ` +
  "The last column is the longest that the page's own thread waited for a turn, asking every 10 ms, in all rounds.";
const text = `${about}\n\n${markdownTable(['', 'ms a step', 'speed, Node = 1', 'longest wait, ms'], rows)}`;
console.log(text);
if (options.write) writeMeasured(here('../BENCHMARKS.md'), text, 'browser');
