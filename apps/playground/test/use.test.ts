// The page Use in a browser without WebGPU: what a model answers there is what `orchid predict` prints, but for the rounding of other machines.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@orchid-ml/backends';
import { createModel, encodeSafetensors, stateDict } from '@orchid-ml/orchid-models';
import { type Classified, type Pipeline, type Prepared, pipelineFromFiles } from '@orchid-ml/pipelines';
import { openPipeline } from '@orchid-ml/pipelines/node';
import { describe, expect, it } from 'vitest';
import { chromiumPath, type Page } from '../../../tooling/browser/chromium.ts';
import { toneWav, writeModel } from '../../serve/test/real-models.ts';
import { orchid, testFolder } from '../../train/test/run-orchid.ts';
import { inspectLooks, openSite, textOf } from './site.ts';

const folder = testFolder();

describe.runIf(chromiumPath || process.env.CI)('the page Use on WebAssembly', () => {
  const here = openSite();

  it('fills masks with a checkpoint of the command', async () => {
    const sentence = 'the quick brown fox jumps over the lazy dog, and the dog sleeps on. ';
    writeFileSync(join(folder, 'book.txt'), sentence.repeat(20));
    const argv = ['--preset', 'mlm-tiny', '--text', 'book.txt', '--out', 'run', '--backend', 'wasm'];
    expect(await orchid(folder, 'train', 'mlm', ...argv)).toMatchObject({ code: 0 });
    await useBackend('wasm', { blas: 'off' });
    const pipeline = await openPipeline(join(folder, 'run'));
    if (pipeline.task !== 'fill-mask') throw new Error(pipeline.task);
    const [wanted] = await pipeline.run([pipeline.prepare({ text: 'the qu_ck brown f_x' }, { mask: '_' })]);
    pipeline.dispose();

    const tab = await here.visit({ at: '#/use' });
    const { page } = tab;
    await bring(page, join(folder, 'run/checkpoint'));
    await page.locator('[data-task=fill-mask]').waitFor();
    await page.getByLabel('A text; what is hidden').fill('the qu_ck brown f_x');
    await page.getByRole('button', { name: 'Fill' }).click();
    expect(await textOf(page, '[data-answer=filled]')).toBe(wanted!.filled);
    expect(await guessesOf(page, 'Guesses for mask 2')).toEqual(
      wanted!.masks[1]!.map(({ token, probability }) => [token === ' ' ? '␣' : token, near(probability)]),
    );
    await inspectLooks(tab, 'use-text');
    await page.getByLabel('A text; what is hidden').fill('nothing hidden');
    await page.getByRole('button', { name: 'Fill' }).click();
    await page.getByRole('alert').getByText('there is no _ in the text').waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }, 120_000);

  it('takes a drawn digit for what the pipeline in Node does', async () => {
    await useBackend('wasm', { blas: 'off' });
    const labels = [...'0123456789'];
    const model = createModel({
      model_type: 'orchid-vit',
      image_size: 28,
      patch_size: 7,
      num_channels: 1,
      hidden_size: 16,
      num_hidden_layers: 1,
      mlp_blocks: 1,
      num_labels: 10,
      id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
      initializer_range: 0.5,
    });
    const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    const files = new Map([
      ['config.json', json(model.config)],
      ['model.safetensors', encodeSafetensors(await stateDict(model), { config: JSON.stringify(model.config) })],
      [
        'preprocessor_config.json',
        json({
          task: 'image-classification',
          size: { height: 28, width: 28 },
          num_channels: 1,
          image_mean: [0.1307],
          image_std: [0.3081],
          crop_pct: null,
        }),
      ],
    ]);
    const pipeline = await pipelineFromFiles(files);
    if (pipeline.task !== 'image-classification') throw new Error(pipeline.task);

    const tab = await here.visit({ at: '#/use' });
    const { page } = tab;
    await page
      .getByLabel('Choose files')
      .setInputFiles([...files].map(([name, bytes]) => ({ name, mimeType: '', buffer: Buffer.from(bytes) })));
    const board = page.getByRole('application');
    const { x, y, width, height } = (await board.boundingBox())!;
    await page.mouse.move(x + 0.3 * width, y + 0.2 * height);
    await page.mouse.down();
    await page.mouse.move(x + 0.7 * width, y + 0.25 * height, { steps: 5 });
    await page.mouse.move(x + 0.4 * width, y + 0.8 * height, { steps: 5 });
    await page.mouse.up();
    await page.locator('[data-answer=image]').waitFor();
    const drawn = await cellsOf(page);
    expect(drawn.filter((value) => value > 128).length).toBeGreaterThan(20);
    const pixels = Uint8Array.from(drawn);
    const [wanted] = await pipeline.run([
      pipeline.prepare({ pixels, height: 28, width: 28, channels: 1 }, { top: 10 }),
    ]);
    await expect.poll(() => textOf(page, '[data-answer=image]')).toBe(wanted!.guesses[0]!.label);
    await inspectLooks(tab, 'use-digit');

    // The same with the keyboard alone.
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.locator('[data-answer=image]').count()).toBe(0);
    await board.focus();
    for (const key of ['Space', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Space'])
      await page.keyboard.press(key);
    const dark = (await cellsOf(page)).filter((value) => value > 128).length;
    expect(dark).toBeGreaterThan(20);
    expect(tab.complaints).toEqual([]);
    pipeline.dispose();
    model.dispose();
    await tab.close();
  }, 120_000);

  it('reads digits with the model that comes with the page', async () => {
    const tab = await here.visit({ at: '#/use' });
    const { page } = tab;
    await page.getByRole('button', { name: 'Take the one for digits' }).click();
    const board = page.getByRole('application');
    const { x, y, width, height } = (await board.boundingBox())!;
    const draw = async (...places: (readonly [number, number])[]) => {
      const [first, ...others] = places.map(([left, top]) => [x + left * width, y + top * height] as const);
      await page.mouse.move(...first!);
      await page.mouse.down();
      for (const place of others) await page.mouse.move(...place, { steps: 8 });
      await page.mouse.up();
    };
    await draw([0.3, 0.2], [0.7, 0.2], [0.5, 0.8]);
    await expect.poll(() => textOf(page, '[data-answer=image]')).toBe('7');
    await page.getByRole('button', { name: 'Clear' }).click();
    const ring = Array.from({ length: 25 }, (_, i) => (2 * Math.PI * i) / 24);
    await draw(...ring.map((angle) => [0.5 + 0.2 * Math.sin(angle), 0.5 - 0.3 * Math.cos(angle)] as const));
    await expect.poll(() => textOf(page, '[data-answer=image]')).toBe('0');
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  it('judges a pair of texts', async () => {
    const dir = await writeModel(join(folder, 'pairs'), 'moods');
    const preprocessor = { task: 'text-classification', texts: 2, max_length: 32, pad_to_multiple_of: 8 };
    writeFileSync(join(dir, 'preprocessor_config.json'), JSON.stringify(preprocessor));
    const input = { text: 'the fox', textPair: 'jumps over' };
    const wanted = await inNode(dir, input);
    const tab = await here.visit({ at: '#/use' });
    const { page } = tab;
    await bring(page, dir);
    await page.getByLabel('First text').fill(input.text);
    await page.getByLabel('Second text').fill(input.textPair);
    await page.getByRole('button', { name: 'Judge' }).click();
    await expect.poll(() => guessesOf(page, 'Guesses')).toEqual(wanted);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  it('tells an image file, and says when it is none', async () => {
    const dir = await writeModel(join(folder, 'pictures'), 'pictures');
    const tab = await here.visit({ at: '#/use' });
    const { page } = tab;
    // Of another size than the model's, in colours.
    const png = await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [20, 16];
      const context = canvas.getContext('2d')!;
      for (let x = 0; x < 20; x++) {
        context.fillStyle = `rgb(${x * 12} ${255 - x * 9} ${(x * 40) % 256})`;
        context.fillRect(x, x % 5, 1, 9);
      }
      const { data } = context.getImageData(0, 0, 20, 16);
      return { pixels: [...data], base64: canvas.toDataURL().split(',')[1]! };
    });
    const pixels = Uint8ClampedArray.from(png.pixels);
    const wanted = await inNode(dir, { pixels, height: 16, width: 20, channels: 4 });
    await bring(page, dir);
    const choose = page.getByLabel('Choose an image');
    const file = { name: 'stripes.png', mimeType: 'image/png', buffer: Buffer.from(png.base64, 'base64') };
    await choose.setInputFiles(file);
    await expect.poll(() => guessesOf(page, 'Guesses')).toEqual(wanted);
    await choose.setInputFiles({ ...file, name: 'broken.png', buffer: file.buffer.subarray(0, 40) });
    await page
      .getByRole('alert')
      .getByText(/^broken\.png: /)
      .waitFor();
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });

  it('tells a sound, and says when it is none', async () => {
    const dir = await writeModel(join(folder, 'sounds'), 'sounds');
    const wav = toneWav(440, 11_025, 1500);
    const wanted = await inNode(dir, { wav, name: 'tone.wav' });
    const tab = await here.visit({ at: '#/use' });
    const { page } = tab;
    await bring(page, dir);
    const choose = page.getByRole('group', { name: 'Drop a WAV file' }).getByLabel('Choose files');
    await choose.setInputFiles({ name: 'tone.wav', mimeType: 'audio/wav', buffer: wav });
    await expect.poll(() => guessesOf(page, 'Guesses')).toEqual(wanted);
    await choose.setInputFiles({ name: 'noise.wav', mimeType: 'audio/wav', buffer: Buffer.from('nothing') });
    await page.getByRole('alert').getByText('noise.wav: it is no WAV file').waitFor();
    expect(await page.getByText('sounds like').count()).toBe(0);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  });
});

/** Browsers and Node may have sines and exponentials that round otherwise. */
const near = (probability: number): unknown => expect.closeTo(probability, 6);

/** Brings the files of a model's folder to the page. */
function bring(page: Page, dir: string): Promise<void> {
  const files = page.getByRole('group', { name: 'Drop a model' }).getByLabel('Choose files');
  return files.setInputFiles(readdirSync(dir).map((file) => join(dir, file)));
}

/** Names and probabilities of a list of guesses; what is shown is rounded, what the list knows is not. */
async function guessesOf(page: Page, name: string): Promise<[string, number][]> {
  const items = await page.getByRole('list', { name, exact: true }).locator('li').all();
  return Promise.all(
    items.map(async (item): Promise<[string, number]> => {
      const probability = Number(await item.getAttribute('title'));
      return [(await item.locator('.name').textContent())!, probability];
    }),
  );
}

/** The guesses of the pipeline that `orchid predict` uses. */
async function inNode(dir: string, input: object): Promise<[string, unknown][]> {
  await useBackend('wasm', { blas: 'off' });
  // Which input goes with which task is checked by the pipeline itself.
  const pipeline = (await openPipeline(dir)) as unknown as Pipeline<object, object, Prepared, Classified>;
  try {
    const [answer] = await pipeline.run([pipeline.prepare(input, { top: 5 })]);
    return answer!.guesses.map(({ label, probability }) => [label, near(probability)]);
  } finally {
    pipeline.dispose();
  }
}

/** What the model is shown of a drawing, 28 by 28. */
function cellsOf(page: Page): Promise<number[]> {
  return page.locator('canvas.seen').evaluate((shown) => {
    const copy = document.createElement('canvas');
    copy.width = copy.height = 28;
    const context = copy.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(shown as HTMLCanvasElement, 0, 0);
    const { data } = context.getImageData(0, 0, 28, 28);
    return Array.from({ length: 28 * 28 }, (_, i) => data[4 * i]!);
  });
}

if (!chromiumPath && !process.env.CI)
  it.skip('SKIPPED: no Chromium on this machine, so the playground was not opened (apt-get install chromium)', () => {});
