// Runs over images and sounds made here, from the first line to a class told of a file, at a size of seconds.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readImage } from '@orchid-ml/pipelines/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, orchid, testFolder } from './run-orchid.ts';
import { expectSameAnswer } from './same-answer.ts';

const folder = testFolder();
const sharp = await import('sharp').then(
  (module) => module.default,
  (error: Error) => {
    console.warn(`[sharp] SKIPPED: images are decoded by a package that is missing here (${error.message})`);
    return null;
  },
);

/** Small enough for seconds, whatever the task. */
const small = [
  ['model.hidden_size', 16],
  ['model.num_hidden_layers', 1],
  ['model.intermediate_size', 32],
  ['training.batch_size', 8],
  ['training.evaluate_every', 20],
  ['training.checkpoint_every', 20],
  ['schedule.warmup_steps', 2],
  ['optimizer.learning_rate', '1e-2'],
].flatMap(([key, value]) => ['--set', `${key}=${value}`]);
const train = (task: string, ...more: string[]) => orchid(folder, 'train', task, ...small, '--steps', '40', ...more);

function put(name: string, content: Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

/** Bright in one half: 0 is the left one, 1 the right one, 2 is dark. */
const isBright = (label: number, x: number, size: number) => label === (x < size / 2 ? 0 : 1);

function idx(name: string, count: number, size: number): void {
  const header = (...sizes: number[]) => [0, 0, 8, sizes.length, ...sizes.flatMap((n) => [0, 0, n >> 8, n & 255])];
  const pixels = Array.from({ length: count * size * size }, (_, i) =>
    isBright(Math.floor(i / size ** 2) % 3, i % size, size) ? 255 - (i % 7) : i % 5,
  );
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  put(`digits/${name}-images-idx3-ubyte.gz`, gzipSync(Uint8Array.of(...header(count, size, size), ...pixels)));
  put(`digits/${name}-labels-idx1-ubyte`, Uint8Array.of(...header(count), ...labels));
}

describe('orchid train mnist', () => {
  const options = ['--data', 'digits', '--set', 'data.image_size=8', '--set', 'data.validation_examples=30'];
  let run: Outcome;
  beforeAll(async () => {
    idx('train', 120, 8);
    idx('t10k', 24, 8);
    run = await train('mnist', ...options, '--set', 'data.crop_padding=1', '--out', 'mnist');
  }, 60_000);

  it('learns, evaluates on what is held out, and tests', () => {
    expect(run.errors).toBe('');
    expect(run.code).toBe(0);
    expect(run.output).toMatch(/data +\S*digits: 90 images of 3 classes to learn from/);
    expect(run.output).toMatch(/held out +30 images to evaluate on, 24 to test on/);
    expect(run.output).toMatch(/40 steps of 8 x 4 tokens/);
    expect(run.output).toMatch(/memory +predicted [\d.]+ MB/);
    expect(run.output).toMatch(/step 40: held-out loss [\d.]+, accuracy 100\.00 %/);
    expect(run.output).toMatch(/test +100\.00 % of 24 images \(loss [\d.]+\)/);
  });

  it('is measured again, on other data too', async () => {
    const own = JSON.parse((await orchid(folder, 'eval', 'mnist', '--json')).output);
    expect(own).toMatchObject({ task: 'mnist', images: 24, accuracy: 1 });
    expect(own.chance).toBeCloseTo(1 / 3, 6);
    const other = await orchid(folder, 'eval', 'mnist', '--data', 'digits');
    expect(other.output).toMatch(/accuracy +100\.00 %/);
    expect((await orchid(folder, 'eval', 'mnist', '--text', 'x')).errors).toMatch(/measured on images: --data PATH/);
  });

  it('goes on where it was, and gives the losses of a run without a break', async () => {
    await train('mnist', ...options, '--set', 'training.steps=20', '--out', 'whole', '--steps', '6');
    await train('mnist', ...options, '--out', 'broken', '--steps', '6', '--set', 'training.checkpoint_every=3');
    const losses = (name: string) => readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8').match(/"loss":[\d.]+/g);
    expect(losses('broken')).toEqual(losses('whole'));
    const resumed = await orchid(folder, 'train', 'mnist', '--resume', 'broken', '--steps', '9');
    expect(resumed.errors).toBe('');
    expect(resumed.output).toMatch(/resumed +after step 6/);
    const fixed = await orchid(folder, 'train', 'mnist', '--resume', 'broken', '--set', 'data.image_size=4');
    expect(fixed.errors).toMatch(/`data\.image_size` cannot change from 8 to 4/);
  });

  it('trains with workers, who read no file, to the same end', async () => {
    const two = await train('mnist', ...options, '--out', 'two', '--workers', '2', '--steps', '4');
    expect(two.errors).toBe('');
    expect(two.code).toBe(0);
    await train('mnist', ...options, '--out', 'one', '--workers', '1', '--steps', '4');
    const losses = (name: string) =>
      readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { loss: number }).loss);
    expect(losses('one')).toHaveLength(5);
    for (const [i, loss] of losses('one').entries()) expect(losses('two')[i]).toBeCloseTo(loss, 4);
  });

  it('says what is missing', async () => {
    expect((await train('mnist')).errors).toMatch(/want --data PATH: the folder of train-images-idx3-ubyte/);
    expect((await train('mnist', '--data', 'none')).errors).toMatch(/none: there is no such file or folder/);
    expect((await train('mnist', ...options, '--set', 'data.validation_examples=120')).errors).toMatch(
      /data\.validation_examples is 120; there are 120 to learn from in all/,
    );
    expect((await train('mnist', ...options, '--set', 'model.patch_size=3')).errors).toMatch(
      /patch_size is 3 and image_size is 8/,
    );
    expect((await train('mnist', '--set', 'data.flip=1')).errors).toMatch(/`data\.flip` is 1 .*want true or false/);
  });
});

describe.skipIf(!sharp)('orchid train imagenet and cifar10', () => {
  const png = (label: number, height: number, width: number) => {
    const raw = { height, width, channels: 3 } as const;
    const bytes = Uint8Array.from({ length: height * width * 3 }, (_, i) =>
      isBright(label, Math.floor(i / 3) % width, width) ? 250 : i % 9,
    );
    return sharp!(bytes, { raw }).png().toBuffer();
  };
  beforeAll(async () => {
    for (const [label, name] of ['left', 'right'].entries()) {
      for (let i = 0; i < 24; i++) put(`photos/train/${name}/${i}.png`, await png(label, 20 + i, 30 - i));
      for (let i = 0; i < 6; i++) {
        put(`photos/val/${name}/${i}.png`, await png(label, 16, 16));
        put(`small/test/${name}/${i}.png`, await png(label, 8, 8));
        put(`small/train/${name}/${i}.png`, await png(label, 8, 8));
      }
    }
    put('photos/train/left/broken.jpg', Uint8Array.of(1, 2, 3));
    // ImageNet's test part, as it is handed out: no labels.
    put('photos/test/ILSVRC2012_test_00000001.png', await png(0, 16, 16));
  });

  it('streams photographs of any size past a damaged one, and knows a file', async () => {
    const keys = ['data.image_size=8', 'data.validation_examples=8', 'data.crop_area=0.8', 'data.flip=false'];
    const plain = ['data.rand_augment=0', 'data.mixup=0', 'data.cutmix=0', 'data.erasing=0'];
    const model = ['model.patch_size=4', 'model.hidden_dropout_prob=0.05'];
    const sets = [...keys, ...plain, ...model].flatMap((key) => ['--set', key]);
    const run = await train('imagenet', '--data', 'photos', ...sets, '--out', 'photos-run', '--workers', '1');
    expect(run.errors).toBe('');
    expect(run.output).toMatch(/data +\S*photos: 41 images of 2 classes to learn from/);
    expect(run.output).toMatch(/test +100\.00 % of 12 images/);
    expect(run.output).toMatch(/passed over +1 damaged image$/m);
    const { output } = await orchid(folder, 'predict', 'photos-run', 'photos/val/left/0.png', 'photos/val/right/3.png');
    expect(output).toMatch(/left\/0\.png {2}left [\d.]+ %, right [\d.]+ %\n.*right\/3\.png {2}right [\d.]+ %, left/);
    expect((await orchid(folder, 'predict', 'photos-run')).errors).toMatch(/want the files of images/);
    expect((await orchid(folder, 'predict', 'photos-run', 'photos/train/left/broken.jpg')).errors).toMatch(
      /broken\.jpg: it does not decode as an image/,
    );
    const file = 'photos/val/right/2.png';
    await expectSameAnswer(folder, 'photos-run', [file], async (pipeline) => {
      if (pipeline.task !== 'image-classification') throw new Error(pipeline.task);
      expect(pipeline.preprocessor.crop_pct).toBe(0.875);
      const image = await readImage(readFileSync(join(folder, file)), pipeline, file);
      const [answer] = await pipeline.run([pipeline.prepare(image)]);
      return { file, ...answer };
    });
    const two = await train(
      'imagenet',
      '--data',
      'photos',
      ...sets,
      '--out',
      'two-run',
      '--workers',
      '2',
      '--steps',
      '2',
    );
    expect(two.errors).toBe('');
    const first = (name: string) =>
      JSON.parse(readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8').split('\n')[0]!);
    expect(first('two-run').gradientNorm).toBeGreaterThan(0);
    const strict = await train('imagenet', '--data', 'photos', ...sets, '--set', 'data.on_bad_image=throw');
    expect(strict.code).toBe(1);
    expect(strict.errors).toMatch(/broken\.jpg: it does not decode as an image/);
  }, 180_000);

  it('reads folders of small images with every augmentation on', async () => {
    const keys = ['image_size=8', 'validation_examples=4', 'rand_augment=2', 'mixup=0.5', 'cutmix=1', 'erasing=1'];
    const sets = keys.flatMap((key) => ['--set', `data.${key}`]);
    const run = await train('cifar10', '--data', 'small', ...sets, '--steps', '3', '--out', 'small-run');
    expect(run.errors).toBe('');
    expect(run.output).toMatch(/small: 8 images of 2 classes to learn from/);
    const json = JSON.parse(readFileSync(join(folder, 'small-run/checkpoint/config.json'), 'utf8'));
    expect(json).toMatchObject({ model_type: 'orchid-vit', id2label: { 0: 'left', 1: 'right' }, image_size: 8 });
  });
});

describe('orchid train speech-commands', () => {
  /** 16-bit PCM of a tone. */
  function wav(frequency: number, count: number, rate: number, phase: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(44 + 2 * count));
    const words: [number, string][] = [
      [0, 'RIFF'],
      [8, 'WAVE'],
      [12, 'fmt '],
      [36, 'data'],
    ];
    for (const [at, word] of words) for (let i = 0; i < 4; i++) view.setUint8(at + i, word.charCodeAt(i));
    view.setUint32(4, 36 + 2 * count, true);
    view.setUint32(16, 16, true);
    view.setUint16(20, 1, true);
    view.setUint16(22, 1, true);
    view.setUint32(24, rate, true);
    view.setUint32(28, 2 * rate, true);
    view.setUint16(32, 2, true);
    view.setUint16(34, 16, true);
    view.setUint32(40, 2 * count, true);
    for (let i = 0; i < count; i++) {
      view.setInt16(44 + 2 * i, Math.round(12_000 * Math.sin((2 * Math.PI * frequency * i) / rate + phase)), true);
    }
    return new Uint8Array(view.buffer);
  }
  const stem = ['conv_dim=[8]', 'conv_kernel=[16]', 'conv_stride=[8]'].flatMap((key) => ['--set', `model.${key}`]);
  const short = ['sample_rate=4000', 'length=400', 'shift=20'].flatMap((key) => ['--set', `data.${key}`]);

  beforeAll(() => {
    for (let i = 0; i < 40; i++) {
      put(`digits-said/${i % 2 ? 7 : 1}_ann_${i >> 1}.wav`, wav(i % 2 ? 900 : 200, 800 + i, 8000, i));
    }
    for (const word of ['down', 'up']) {
      for (let i = 0; i < 20; i++) {
        put(`words/${word}/${String(i).padStart(8, '0')}_nohash_0.wav`, wav(word === 'up' ? 900 : 200, 400, 4000, i));
      }
    }
  });

  it('learns digits of FSDD at another rate, and knows a file', async () => {
    const keys = ['--set', 'data.validation_examples=6', '--preset', 'fsdd', '--data', 'digits-said', '--out', 'said'];
    const run = await train('speech-commands', ...keys, ...short, ...stem);
    expect(run.errors).toBe('');
    expect(run.output).toMatch(/digits-said: 24 recordings of 10 classes to learn from/);
    expect(run.output).toMatch(/40 steps of 8 x 50 tokens/);
    expect(run.output).toMatch(/test +100\.00 % of 10 recordings/);
    const { output } = await orchid(folder, 'predict', 'said', 'digits-said/7_ann_1.wav', '--top', '1');
    expect(output).toMatch(/7_ann_1\.wav {2}7 [\d.]+ %\n$/);
    const file = 'digits-said/1_ann_2.wav';
    await expectSameAnswer(folder, 'said', [file], async (pipeline) => {
      if (pipeline.task !== 'audio-classification') throw new Error(pipeline.task);
      const [answer] = await pipeline.run([pipeline.prepare({ wav: readFileSync(join(folder, file)) })]);
      return { file, ...answer };
    });
    expect((await orchid(folder, 'predict', 'said', 'nowhere.wav')).errors).toMatch(/nowhere\.wav/);
    const resumed = await orchid(folder, 'train', 'speech-commands', '--resume', 'said', '--steps', '42');
    expect(resumed.errors).toBe('');
  });

  it('parts words by their speakers where there is but one part', async () => {
    const words = ['--data', 'words', '--set', 'data.words=[down, up]', ...short, ...stem];
    const run = await train('speech-commands', ...words, '--set', 'data.parts=speakers', '--out', 'spoken');
    expect(run.errors).toBe('');
    expect(run.output).toMatch(/words: 32 recordings of 2 classes to learn from/);
    expect(run.output).toMatch(/held out +4 recordings to evaluate on, 4 to test on/);
    const missing = await train('speech-commands', '--data', 'words', ...short, ...stem);
    expect(missing.errors).toMatch(/there are no recordings of "go"; it has down, up/);
    expect(
      (await train('speech-commands', ...words, '--set', 'data.parts=speakers', '--set', 'data.background=0.1')).errors,
    ).toMatch(/data\.background is 0\.1, but the data has no recordings of background noise/);
  });
});
