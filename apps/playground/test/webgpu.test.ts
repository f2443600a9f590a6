// The built page on WebGPU, Chromium's software adapter: it says so, and every page does its job there too.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@orchid-ml/backends';
import { openPipeline } from '@orchid-ml/pipelines/node';
import { describe, expect, it } from 'vitest';
import { chromiumPath, webGpuSwitches } from '../../../tooling/browser/chromium.ts';
import { writeModel } from '../../serve/test/real-models.ts';
import { testFolder } from '../../train/test/run-orchid.ts';
import { openSite, textOf } from './site.ts';

describe.runIf(chromiumPath || process.env.CI)('the playground on WebGPU', () => {
  const here = openSite(webGpuSwitches);

  it('does not take a software adapter by itself, and says so', async () => {
    const tab = await here.visit();
    expect(await textOf(tab.page, '[data-engine]')).toMatch(/WebAssembly.*the only WebGPU adapter is .*software/);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  it('trains, looks inside and rolls on it when asked to', async () => {
    const tab = await here.visit({ at: '?engine=webgpu' });
    const { page } = tab;
    expect(await textOf(page, '[data-engine]')).toMatch(/WebGPU on .*, played by the processor/);
    for (const [label, value] of [
      ['Length, tokens', '16'],
      ['Vocabulary, tokens', '6'],
      ['Channels', '16'],
      ['Sequences a step', '8'],
    ] as const) {
      await page.getByLabel(label).selectOption(value);
    }
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    // Some hundred shaders are compiled on the processor first.
    await page.waitForFunction(
      () => Number(document.querySelector('[data-figure=step]')!.textContent) >= 10,
      undefined,
      { timeout: 200_000 },
    );
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('dl[data-state=paused]').waitFor({ timeout: 60_000 });

    await page.getByRole('navigation').getByRole('link', { name: 'Look inside' }).click();
    const deviation = page.locator('[data-deviation]');
    await deviation.waitFor({ timeout: 120_000 });
    expect(Number(await deviation.getAttribute('data-deviation'))).toBeLessThan(1e-4);
    await page.getByLabel('Model').selectOption('learned');
    const values = page.getByLabel(/^k\d is/).first();
    await values.waitFor({ timeout: 120_000 });
    await expect.poll(() => page.getByText('the model of the page Learn').count(), { timeout: 120_000 }).toBe(1);
    await values.selectOption((await values.inputValue()) === 'v0' ? 'v1' : 'v0');
    const change = page.locator('td[data-change]').first();
    await expect
      .poll(async () => Number(await change.getAttribute('data-change')), { timeout: 60_000 })
      .toBeGreaterThan(0.001);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 420_000);

  it('Use: fills masks as the pipeline in Node does on wasm', async () => {
    const dir = await writeModel(join(testFolder(), 'letters'), 'letters');
    await useBackend('wasm', { blas: 'off' });
    const pipeline = await openPipeline(dir);
    if (pipeline.task !== 'fill-mask') throw new Error(pipeline.task);
    const [wanted] = await pipeline.run([pipeline.prepare({ text: 'the qu_ck fox' }, { mask: '_' })]);
    pipeline.dispose();

    const tab = await here.visit({ at: '?engine=webgpu#/use' });
    const { page } = tab;
    await page.getByLabel('Choose files').setInputFiles(readdirSync(dir).map((file) => join(dir, file)));
    await page.locator('[data-task=fill-mask]').waitFor();
    await page.getByLabel('A text; what is hidden').fill('the qu_ck fox');
    await page.getByRole('button', { name: 'Fill' }).click();
    const guesses = page.getByRole('list', { name: 'Guesses for mask 1' }).locator('li');
    await guesses.first().waitFor({ timeout: 120_000 });
    const shares = await guesses.evaluateAll((items) => items.map((item) => Number((item as HTMLElement).title)));
    expect(shares).toEqual(wanted!.masks[0]!.map(({ probability }) => expect.closeTo(probability, 4)));
    expect(await guesses.first().locator('.name').textContent()).toBe(wanted!.masks[0]![0]!.token);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 180_000);

  it('Scale: the plot begins to fill', async () => {
    const tab = await here.visit({ at: '?engine=webgpu#/scale' });
    const { page } = tab;
    for (const [label, value] of [
      ['Longest, tokens', '256'],
      ['Channels', '16'],
      ['Blocks', '1'],
    ] as const) {
      await page.getByLabel(label).selectOption(value);
    }
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.locator('[data-done=true]').waitFor({ timeout: 300_000 });
    expect(await page.locator('[aria-label=Figures] tbody tr').count()).toBe(4);
    expect(await page.locator('[aria-label=Figures] .why').count()).toBe(0);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 420_000);
});

if (!chromiumPath && !process.env.CI)
  it.skip('SKIPPED: no Chromium on this machine, so the playground was not opened (apt-get install chromium)', () => {});
