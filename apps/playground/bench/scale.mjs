// The page Scale in this machine's Chromium, from the built site: what a visitor would measure, for BENCHMARKS.md.
//
//   node apps/playground/bench/scale.mjs [--engine wasm] [--longest 131072] [--channels 64] [--blocks 2] [--seconds 120] [--write]
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';
import { machine, markdownTable } from '../../../tooling/bench/report.mjs';

register();
const { launchChromium } = await import('../../../tooling/browser/chromium.ts');
const { builtSite } = await import('../test/built-site.ts');

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'wasm' },
    longest: { type: 'string', default: '131072' },
    channels: { type: 'string', default: '64' },
    blocks: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '120' },
    write: { type: 'boolean', default: false },
  },
});

const site = await builtSite();
const browser = await launchChromium();
try {
  const page = await browser.newPage();
  await page.goto(`${site.address}?engine=${options.engine}#/scale`);
  await page.locator('[data-engine]').waitFor();
  const choices = {
    'Longest, tokens': Number(options.longest).toLocaleString('en-US'),
    Channels: options.channels,
    Blocks: options.blocks,
    'At most, memory': '3 GB',
    'At most, a point': `${options.seconds} s`,
  };
  for (const [label, choice] of Object.entries(choices)) await page.getByLabel(label).selectOption(choice);
  await page.getByRole('button', { name: 'Measure' }).click();
  const rows = page.locator('[aria-label=Figures] tbody tr');
  let told = 0;
  while ((await page.locator('[data-done=true]').count()) === 0) {
    await page.waitForTimeout(1000);
    for (; told < (await rows.count()); told++) console.log((await cells(rows.nth(told))).join('  '));
  }
  const [engine] = await page.locator('[data-engine]').allInnerTexts();
  const slopes = await page.locator('section ul.small li').allInnerTexts();
  const all = await Promise.all((await rows.all()).map(cells));
  const table = markdownTable(
    ['mixer', 'work', 'tokens', 'time', 'a token', 'memory'],
    all.map((row) => [...row, ...Array(6 - row.length).fill('–')]),
  );
  const text = [
    '# Figures of the playground',
    'The page Scale: a forward pass and a training step of a masked language model of ' +
      `${options.blocks} blocks and ${options.channels} channels over one sequence, medians, in the machine's own Chromium. Made by ` +
      '`node apps/playground/bench/scale.mjs --write`.',
    `${engine.split('\n')[0]}; Chromium ${browser.version()}, ${machine()}.`,
    table,
    slopes.map((slope) => `- ${slope}`).join('\n'),
  ].join('\n\n');
  console.log(`\n${text}`);
  if (options.write) writeFileSync(fileURLToPath(new URL('../BENCHMARKS.md', import.meta.url)), `${text}\n`);
} finally {
  await browser.close();
  await site.close();
}

function cells(row) {
  return row.locator('td').allInnerTexts();
}
