// A model's folder as a pipeline: from a disk or from a page's files, and what is said of folders that do not fit.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createModel, type Model } from '@orchid-ml/orchid-models';
import { saveModel } from '@orchid-ml/orchid-models/node';
import { CharTokenizer } from '@orchid-ml/tokenizers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FillMaskPipeline, parsePreprocessor, pipelineFromFiles, preparerFromFiles } from '../src/index.ts';
import { openPipeline, openPreparer } from '../src/node/index.ts';
import { filesOf, startEngine, tiny, withoutLeak } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'orchid-pipelines-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(startEngine);

const tokenizer = new CharTokenizer([...'abcdefgh ']);
const preprocessor = { task: 'fill-mask', window: 8 } as const;
let made = 0;

const maskedLm = () =>
  createModel({ model_type: 'orchid-masked-lm', ...tiny, vocab_size: 12, max_position_embeddings: 16 }, { seed: 5 });

/** The model's folder as files; the model is freed. */
async function folderOf(model: Model, beside: Parameters<typeof filesOf>[1] = {}): Promise<Map<string, Uint8Array>> {
  const files = await filesOf(model, beside);
  model.dispose();
  return files;
}

function onDisk(files: ReadonlyMap<string, Uint8Array>, within = ''): string {
  const folder = join(root, `${made++}`);
  mkdirSync(join(folder, within), { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(folder, within, name), bytes);
  return folder;
}

describe('a folder', () => {
  it('gives the same pipeline as its files, and as the run that it is the checkpoint of', async () => {
    const files = await folderOf(maskedLm(), { tokenizer, preprocessor });
    const answers = await withoutLeak(async () => {
      const pipelines = [
        await pipelineFromFiles(new Map([...files, ['trainer_state.json', new Uint8Array(3)]])),
        await openPipeline(onDisk(files)),
        await openPipeline(onDisk(files, 'checkpoint')),
        await openPipeline(onDisk(files, 'checkpoint.previous')),
      ] as FillMaskPipeline[];
      const given = [];
      for (const pipeline of pipelines) {
        const prepared = pipeline.prepare({ text: 'a[MASK]c' }, { context: 'abcdefgh' });
        expect(prepared.contextTokens).toBe(5);
        given.push((await pipeline.run([prepared]))[0]);
        pipeline.dispose();
      }
      return given;
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('has its inputs read without its weights', async () => {
    const files = await folderOf(maskedLm(), { tokenizer, preprocessor });
    const pipeline = (await pipelineFromFiles(files)) as FillMaskPipeline;
    files.delete('model.safetensors');
    await withoutLeak(async () => {
      for (const preparer of [preparerFromFiles(files), await openPreparer(onDisk(files))]) {
        if (preparer.task !== 'fill-mask') throw new Error('another task');
        expect(preparer.prepare({ text: 'a[MASK]c' })).toEqual(pipeline.prepare({ text: 'a[MASK]c' }));
        expect(preparer.config).toEqual(pipeline.config);
      }
    });
    pipeline.dispose();
  });

  it('may have its weights in shards', async () => {
    const model = maskedLm();
    const folder = join(root, 'shards');
    await saveModel(folder, model, {}, { maxShardBytes: 8000 });
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
    const files = await folderOf(model, { tokenizer });
    const whole = (await pipelineFromFiles(files)) as FillMaskPipeline;
    const sharded = new Map<string, Uint8Array>();
    for (const name of readdirSync(folder)) sharded.set(name, readFileSync(join(folder, name)));
    expect([...sharded.keys()].filter((name) => name.startsWith('model-')).length).toBeGreaterThan(1);
    const ask = async (pipeline: FillMaskPipeline) => {
      const [answer] = await pipeline.run([pipeline.prepare({ text: '[MASK] b' })]);
      pipeline.dispose();
      return answer;
    };
    const wanted = await ask(whole);
    expect(await ask((await pipelineFromFiles(sharded)) as FillMaskPipeline)).toEqual(wanted);
    expect(await ask((await openPipeline(folder)) as FillMaskPipeline)).toEqual(wanted);
    const missing = [...sharded.keys()].find((name) => name.startsWith('model-00002'))!;
    sharded.delete(missing);
    await expect(pipelineFromFiles(sharded)).rejects.toThrow(
      `there is no ${missing}, which model.safetensors.index.json`,
    );
    sharded.set('model.safetensors', new Uint8Array(8));
    await expect(pipelineFromFiles(sharded)).rejects.toThrow(/there are both model\.safetensors and/);
  });

  it('needs no preprocessor_config.json for recall, masks and sounds', async () => {
    for (const [model, beside] of [
      [createModel({ model_type: 'orchid-recall', ...tiny, vocab_size: 10, max_position_embeddings: 8 }), {}],
      [maskedLm(), { tokenizer }],
      [createModel({ model_type: 'orchid-dna', ...tiny, max_position_embeddings: 8 }), {}],
      [createModel({ model_type: 'orchid-audio', ...tiny, max_samples: 64, mlp_blocks: 2 }), {}],
    ] as const) {
      (await pipelineFromFiles(await folderOf(model, beside))).dispose();
    }
  });

  it('that does not fit is named, and what is wrong with it', async () => {
    const good = await folderOf(maskedLm(), { tokenizer, preprocessor });
    const vit = { model_type: 'orchid-vit', ...tiny, image_size: 8, patch_size: 4, mlp_blocks: 2 } as const;
    const bare = { model_type: 'orchid-bert', ...tiny, vocab_size: 64, mlp_blocks: 2, head: 'none' } as const;
    const utf8 = (text: string) => new TextEncoder().encode(text);
    const changed = (name: string, bytes: Uint8Array | null) => {
      const files = new Map(good);
      if (bytes) files.set(name, bytes);
      else files.delete(name);
      return files;
    };
    const larger = new CharTokenizer([...'abcdefghijklmnop']);
    const failures: [Map<string, Uint8Array>, RegExp][] = [
      [new Map(), /there is no config\.json|holds no model/],
      [changed('config.json', null), /there is no config\.json|holds no model/],
      [changed('config.json', utf8('{')), /config\.json: .*JSON/],
      [changed('config.json', utf8('{"model_type":"gpt"}')), /model_type is "gpt"/],
      [changed('model.safetensors', null), /model\.safetensors/],
      [changed('model.safetensors', good.get('model.safetensors')!.slice(0, 900)), /truncated|bytes/],
      [changed('tokenizer.json', null), /there is no tokenizer\.json, without which the model cannot read text/],
      [changed('tokenizer.json', utf8('{"type":"char"}')), /version/],
      [changed('tokenizer.json', utf8(JSON.stringify(larger))), /it has 19 tokens, the model 12/],
      [changed('preprocessor_config.json', utf8('{"task":"fill-mask"}')), /window is missing; want/],
      [
        changed('preprocessor_config.json', utf8('{"task":"recall","length":4}')),
        /task is recall; the model .* is for fill-mask/,
      ],
      [await folderOf(createModel(vit)), /there is no preprocessor_config\.json, which says how images are made/],
      [await folderOf(createModel(bare)), /there is no pipeline for a model with the head 'none'/],
    ];
    for (const [files, message] of failures) {
      const folder = onDisk(files);
      await withoutLeak(async () => {
        await expect(pipelineFromFiles(files)).rejects.toThrow(message);
        await expect(openPipeline(folder)).rejects.toThrow(message);
        await expect(openPipeline(folder)).rejects.toThrow(folder);
      });
    }
    await expect(openPipeline(join(root, 'nowhere'))).rejects.toThrow(/there is no folder .*nowhere/);
  });
});

describe('preprocessor_config.json', () => {
  it('is read as it was written, with its defaults', () => {
    expect(parsePreprocessor('{"task":"fill-mask","window":128}')).toEqual({
      task: 'fill-mask',
      window: 128,
      add_special_tokens: false,
    });
    const sound = { task: 'audio-classification', sampling_rate: 16_000, samples: 16_000 };
    expect(parsePreprocessor(sound)).toEqual(sound);
  });

  const image = {
    task: 'image-classification',
    size: { height: 8, width: 8 },
    num_channels: 1,
    image_mean: [0.5],
    image_std: [0.5],
    crop_pct: null,
  };

  it.each([
    ['{', /it is not JSON/],
    ['[]', /got a list; want an object/],
    [{}, /task is missing; want recall, fill-mask, /],
    [{ task: 'translation' }, /task is "translation"; want recall/],
    [{ task: 'recall' }, /length is missing; want/],
    [{ task: 'recall', length: 0 }, /length is 0; want at least 1/],
    [{ task: 'recall', length: '8' }, /length is "8"; want a/],
    [{ task: 'recall', length: 8, lenght: 9 }, /there is no key lenght/],
    [
      { task: 'text-classification', texts: 3, max_length: 0, pad_to_multiple_of: 1 },
      /texts is 3; want 1 or 2; max_length is 0/,
    ],
    [{ ...image, size: 8 }, /size is 8; want/],
    [{ ...image, num_channels: 2 }, /num_channels is 2; want 1 \(grey\) or 3/],
    [{ ...image, image_mean: [1, 2] }, /image_mean has 2 values and num_channels is 1; want as many/],
    [{ ...image, image_std: [0] }, /image_std\.0 is 0; want more than 0/],
    [{ ...image, crop_pct: 1.5 }, /crop_pct is 1\.5; want at most 1/],
  ])('refuses %j', (json, message) => {
    expect(() => parsePreprocessor(json)).toThrow(message);
    expect(() => parsePreprocessor(json)).toThrow(/^preprocessor_config\.json: /);
  });

  it('may be one of the hub, of an image model', () => {
    const hub = {
      do_normalize: true,
      do_rescale: true,
      do_resize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_processor_type: 'ViTImageProcessor',
      image_std: [0.25, 0.25, 0.25],
      resample: 2,
      rescale_factor: 1 / 255,
      size: { height: 224, width: 224 },
    };
    expect(parsePreprocessor(hub)).toEqual({
      task: 'image-classification',
      size: { height: 224, width: 224 },
      num_channels: 3,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.25, 0.25, 0.25],
      crop_pct: null,
    });
    const cropped = { ...hub, size: { shortest_edge: 256 }, do_center_crop: true, crop_size: 224, do_normalize: false };
    expect(parsePreprocessor(cropped)).toMatchObject({ crop_pct: 0.875, image_mean: [0, 0, 0], image_std: [1, 1, 1] });
    expect(() => parsePreprocessor({ ...hub, do_rescale: false })).toThrow(/do_rescale is false; want true/);
    expect(() => parsePreprocessor({ ...hub, rescale_factor: 1 })).toThrow(/rescale_factor is 1; want 1\/255/);
    expect(() => parsePreprocessor({ ...hub, size: { shortest_edge: 256 } })).toThrow(/size is a shortest_edge/);
    expect(() => parsePreprocessor({ ...hub, size: 'large' })).toThrow(
      /size is "large"; want an integer, or an object/,
    );
  });
});
