// The built page in a browser without WebGPU: every page does its job.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../../../tooling/browser/chromium.ts';
import { testFolder } from '../../train/test/run-orchid.ts';
import { inspectLooks, numberIn, openSite, textOf } from './site.ts';

const folder = testFolder();

describe.runIf(chromiumPath || process.env.CI)('the playground on WebAssembly', () => {
  const here = openSite();

  it('loads less than 1.5 MB, from its own server alone, and says what computes', async () => {
    const tab = await here.visit();
    await tab.page.waitForLoadState('networkidle');
    expect(await textOf(tab.page, '[data-engine]')).toMatch(
      /Computing in a worker on WebAssembly, (relaxed )?SIMD\s+Why\?\s+wasm was chosen because /,
    );
    const own = tab.requests.filter((address) => address.startsWith(here.site.address));
    expect(tab.requests.filter((address) => !own.includes(address) && !address.startsWith('data:'))).toEqual([]);
    const files = [...new Set(own)].map(
      (address) => address.slice(here.site.address.length).split(/[?#]/)[0] || 'index.html',
    );
    expect(files.some((file) => file.endsWith('.wasm'))).toBe(true);
    const compressed = files.reduce(
      (sum, file) => sum + gzipSync(readFileSync(join(here.site.folder, file))).length,
      0,
    );
    expect(compressed).toBeLessThan(1.5e6);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  it('Learn: reaches 95 % at length 32, answers, saves to a file and goes on from it', async () => {
    const tab = await here.visit({ at: '#/learn' });
    const { page } = tab;
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    // A file that is saved on the way stops nothing.
    const early = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save to a file' }).click();
    expect((await early).suggestedFilename()).toMatch(/^orchid-recall-step-\d+\.zip$/);
    await page.locator('dl[data-state=running]').waitFor();
    await page.waitForFunction(
      () => Number.parseFloat(document.querySelector('[data-figure=held-out]')!.textContent!) >= 95,
      undefined,
      { timeout: 120_000 },
    );
    expect(await numberIn(page, '[data-figure=speed]')).toBeGreaterThan(0);
    const pause = page.getByRole('button', { name: 'Pause' });
    if (await pause.isVisible()) await pause.click();
    await page.locator('dl:is([data-state=paused], [data-state=learned])').waitFor();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('It should be').waitFor();
    const step = await numberIn(page, '[data-figure=step]');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save to a file' }).click();
    const saved = join(folder, 'saved.zip');
    await (await download).saveAs(saved);
    await inspectLooks(tab, 'learn');

    // In another tab the run goes on from the file.
    const other = await here.visit({ at: '#/learn' });
    await other.page.getByLabel('Choose files').setInputFiles(saved);
    await other.page.locator('dl[data-state=paused]').waitFor();
    expect(await numberIn(other.page, '[data-figure=step]')).toBe(step);
    await other.page.getByRole('button', { name: 'Go on' }).click();
    await other.page.waitForFunction(
      (before) => Number(document.querySelector('[data-figure=step]')!.textContent!.replaceAll(',', '')) > before,
      step,
    );
    await other.page.getByRole('button', { name: 'Reset' }).click();
    await other.page.locator('dl[data-state=fresh]').waitFor();
    expect([...tab.complaints, ...other.complaints]).toEqual([]);
    await tab.close();
    await other.close();
  }, 240_000);

  it('Look inside: an edit changes the kernel; the output rolls with the input', async () => {
    const tab = await here.visit({ at: '#/inside' });
    const { page } = tab;
    const changes = page.locator('td[data-change]');
    await changes.first().waitFor();
    expect(await changes.first().getAttribute('data-change')).toBe('');
    const values = page.getByLabel(/^k\d is/).first();
    const now = await values.inputValue();
    await values.selectOption(now === 'v0' ? 'v1' : 'v0');
    await expect.poll(async () => Number(await changes.first().getAttribute('data-change'))).toBeGreaterThan(0.01);
    expect(await changes.count()).toBeGreaterThan(1);
    await expect.poll(() => page.locator('table').getByText('not at all').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => values.inputValue()).toBe(now);
    // Two edits at once are both made.
    const edited = await page.evaluate(() => {
      const selects = [...document.querySelectorAll<HTMLSelectElement>('.pairs select')].slice(0, 2);
      return selects.map((select) => {
        select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
        select.dispatchEvent(new Event('change', { bubbles: true }));
        return `${select.parentElement!.textContent!.trim().split(' ')[0]} ${select.value}`;
      });
    });
    const sequence = page.getByLabel('Keys k…');
    for (const pair of edited) await expect.poll(() => sequence.inputValue()).toContain(pair);
    expect(edited).toHaveLength(2);

    const deviation = page.locator('[data-deviation]');
    const largest = async () => Number(await deviation.getAttribute('data-deviation'));
    await deviation.waitFor();
    expect(await largest()).toBeLessThan(1e-5);
    await page.getByLabel('Padding of its network').selectOption('zeros');
    await expect.poll(largest).toBeGreaterThan(1e-3);
    expect(await page.getByText('the conditioning network sees zeros').count()).toBe(1);
    await page.getByLabel('Padding of its network').selectOption('circular');
    await expect.poll(largest).toBeLessThan(1e-5);
    await inspectLooks(tab, 'inside');
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 120_000);

  it('Scale: the plot fills', async () => {
    const tab = await here.visit({ at: '#/scale' });
    const { page } = tab;
    await page.getByLabel('Longest, tokens').selectOption('1,024');
    await page.getByLabel('Channels').selectOption('16');
    await page.getByLabel('Blocks').selectOption('1');
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.locator('[data-done=true]').waitFor({ timeout: 120_000 });
    // Three lengths, two mixers, forward and training step.
    expect(await page.locator('[aria-label=Figures] tbody tr').count()).toBe(12);
    expect(await page.locator('[aria-label=Figures] .why').count()).toBe(0);
    await expect
      .poll(() =>
        page.locator('.plot').evaluateAll((plots) => plots.map((plot) => (plot as HTMLElement).dataset.points)),
      )
      .toEqual(['3', '3']);
    await inspectLooks(tab, 'scale');
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 180_000);

  it('goes from page to page by keyboard and by address; the back button and the theme are remembered', async () => {
    const tab = await here.visit({ colorScheme: 'dark' });
    const { page } = tab;
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe('rgb(19, 17, 23)');
    for (const name of ['Look inside', 'Scale', 'Use']) {
      await page.getByRole('navigation').getByRole('link', { name }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
    }
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Scale' }).waitFor();
    await page.getByLabel('Theme').selectOption('light');
    expect(await ground()).toBe('rgb(247, 246, 249)');
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Scale' }).waitFor();
    expect(await ground()).toBe('rgb(247, 246, 249)');
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  it('says why an engine does not start; what is in training goes on with another', async () => {
    const tab = await here.visit({ at: '?engine=wasm' });
    const { page } = tab;
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.waitForFunction(() => Number(document.querySelector('[data-figure=step]')!.textContent) > 3);
    await page.getByLabel('Engine').selectOption('webgpu');
    await page
      .getByText(/WebGPU/)
      .and(page.locator('.bad'))
      .waitFor();
    await page.getByLabel('Engine').selectOption('auto');
    await page.locator('[data-engine=wasm]').waitFor();
    const step = await numberIn(page, '[data-figure=step]');
    expect(step).toBeGreaterThan(3);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForFunction(
      (before) => Number(document.querySelector('[data-figure=step]')!.textContent) > before,
      step,
    );
    await tab.close();
  });

  it('keeps the focus on a button that says something else when it is pressed', async () => {
    const tab = await here.visit();
    const { page } = tab;
    await page.getByRole('button', { name: 'Train', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.locator('dl[data-state=running]').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('dl[data-state=paused]').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toMatch(/^(Go on|Train)$/);
    await tab.close();
  });

  it('stays where it is when a file is dropped beside the place for files', async () => {
    const tab = await here.visit();
    const dropped = await tab.page.evaluate(() => {
      const drop = (dataTransfer: DataTransfer) =>
        !document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
      const [files, text] = [new DataTransfer(), new DataTransfer()];
      files.items.add(new File(['{}'], 'config.json'));
      text.setData('text/plain', 'k0 v1');
      return { files: drop(files), text: drop(text) };
    });
    expect(dropped).toEqual({ files: true, text: false });
    await tab.close();
  });

  it('comes up where the browser keeps nothing for it', async () => {
    const context = await here.browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      Object.defineProperty(globalThis, 'localStorage', {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      });
    });
    await page.goto(here.site.address);
    await page.getByRole('heading', { level: 1, name: 'Learn' }).waitFor();
    await page.getByLabel('Theme').selectOption('dark');
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await context.close();
  });

  it('goes to another engine without a model that cannot be taken along, and says so', async () => {
    const tab = await here.visit();
    const { page } = tab;
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.waitForFunction(() => Number(document.querySelector('[data-figure=step]')!.textContent) > 3);
    await page.workers()[0]!.evaluate(() => {
      TextEncoder.prototype.encode = () => {
        throw new Error('a fault that the test put here');
      };
    });
    await page.getByLabel('Engine').selectOption('wasm');
    await page
      .getByRole('alert')
      .getByText('the model in training could not be taken along: a fault that the test put here')
      .waitFor();
    await page.locator('[data-engine=wasm]').waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.locator('dl[data-state=running]').waitFor();
    await tab.close();
  });

  it('says when its worker fails, and starts again', async () => {
    const tab = await here.visit();
    const { page } = tab;
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.waitForFunction(() => Number(document.querySelector('[data-figure=step]')!.textContent) > 3);
    await page.workers()[0]!.evaluate(() => {
      setTimeout(() => {
        throw new Error('a fault that the test put here');
      });
    });
    await page.getByText('the worker failed:').and(page.locator('.bad')).waitFor();
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.locator('[data-engine=wasm]').waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.locator('dl[data-state=running]').waitFor();
    await tab.close();
  });
});

if (!chromiumPath && !process.env.CI)
  it.skip('SKIPPED: no Chromium on this machine, so the playground was not opened (apt-get install chromium)', () => {});
