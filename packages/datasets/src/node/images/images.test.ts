// Image files made here: decoded, sorted into classes, streamed, and refused or passed over where they are damaged.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleDataset, imageExamples, pictureAt, Rng, StreamedDataset } from '../../index.ts';
import {
  BadImageError,
  decodeImage,
  findSplits,
  listImageFolder,
  readCifar10,
  readImageFolder,
  readMnist,
  streamImageFolder,
  streamImages,
} from '../index.ts';

const sharp = await import('sharp').then(
  (module) => module.default,
  (error: Error) => {
    console.warn(`[sharp] SKIPPED: images are decoded by a package that is missing here (${error.message})`);
    return null;
  },
);

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'orchid-images-'));
});
afterAll(() => rm(home, { recursive: true }));

async function put(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(home, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

/** A PNG of rows of [red, green, blue]. */
function png(rows: number[][][], channels: 3 | 4 = 3): Promise<Uint8Array> {
  const raw = { height: rows.length, width: rows[0]!.length, channels };
  return sharp!(Uint8Array.from(rows.flat(2)), { raw })
    .png()
    .toBuffer();
}

const plain = (red: number, height = 2, width = 2) =>
  png(Array.from({ length: height }, () => Array.from({ length: width }, () => [red, 0, 0])));

describe('readMnist', () => {
  const idx = (sizes: number[], values: number[]) =>
    Uint8Array.of(0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size]), ...values);

  it('reads four files, compressed or not', async () => {
    await put('mnist/train-images-idx3-ubyte.gz', gzipSync(idx([2, 1, 2], [1, 2, 3, 4])));
    await put('mnist/train-labels.idx1-ubyte', idx([2], [0, 2]));
    await put('mnist/t10k-images-idx3-ubyte', idx([1, 1, 2], [5, 6]));
    await put('mnist/t10k-labels-idx1-ubyte.gz', gzipSync(idx([1], [1])));
    const { train, test } = await readMnist(join(home, 'mnist'));
    expect([[...train.pixels], [...train.labels], [...test.pixels], [...test.labels]]).toEqual([
      [1, 2, 3, 4],
      [0, 2],
      [5, 6],
      [1],
    ]);
    expect(test.classes).toEqual(['0', '1', '2']);
  });

  it('names the file that is missing or damaged', async () => {
    await expect(readMnist(join(home, 'none'))).rejects.toThrow(
      `${join(home, 'none')}: there is no such file or folder`,
    );
    const file = await put('mnist2/train-images-idx3-ubyte.gz', gzipSync(idx([2, 1, 2], [1, 2, 3, 4])).subarray(0, -9));
    await expect(readMnist(join(home, 'mnist2'))).rejects.toThrow(
      `${join(home, 'mnist2')}: there is no train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz in it`,
    );
    await put('mnist2/train-labels-idx1-ubyte', idx([2], [0, 2]));
    await put('mnist2/t10k-images-idx3-ubyte', idx([1, 1, 2], [5, 6]));
    await put('mnist2/t10k-labels-idx1-ubyte', idx([1], [1]));
    await expect(readMnist(join(home, 'mnist2'))).rejects.toThrow(
      `${file}: it is damaged gzip: unexpected end of file`,
    );
    const short = await put('mnist2/train-images-idx3-ubyte.gz', gzipSync(idx([2, 1, 2], [1, 2, 3])));
    await expect(readMnist(join(home, 'mnist2'))).rejects.toThrow(`${short}: it is truncated: 3 values`);
  });
});

describe('readCifar10', () => {
  const record = (label: number) => Uint8Array.of(label, ...Array(3072).fill(label));

  it('reads the six files of a folder or an archive', async () => {
    for (const i of [5, 4, 3, 2, 1]) await put(`c/cifar-10-batches-bin/data_batch_${i}.bin`, record(i));
    await expect(readCifar10(join(home, 'c'))).rejects.toThrow(`${join(home, 'c')}: there is no test_batch.bin in it`);
    await put('c/cifar-10-batches-bin/test_batch.bin', record(9));
    await create({ cwd: join(home, 'c'), file: join(home, 'cifar.tar.gz'), gzip: true }, ['cifar-10-batches-bin']);
    for (const path of ['c', 'cifar.tar.gz']) {
      const { train, test } = await readCifar10(join(home, path));
      expect([[...train.labels], [...test.labels]]).toEqual([[1, 2, 3, 4, 5], [9]]);
    }
  });
});

describe.skipIf(!sharp)('decodeImage', () => {
  it('gives colours or grey, without alpha', async () => {
    const rows = [
      [
        [255, 0, 0, 255],
        [0, 255, 0, 0],
      ],
    ];
    const image = await png(rows, 4);
    expect(await decodeImage(image, 'f')).toEqual({ bytes: Buffer.of(255, 0, 0, 0, 255, 0), height: 1, width: 2 });
    const grey = await decodeImage(image, 'f', { channels: 1 });
    expect([...grey.bytes]).toEqual([76, 150]);
    const gray = await sharp!(Buffer.of(7, 9), { raw: { width: 2, height: 1, channels: 1 } })
      .png()
      .toBuffer();
    expect([...(await decodeImage(gray, 'f')).bytes]).toEqual([7, 7, 7, 9, 9, 9]);
    expect([...(await decodeImage(gray, 'f', { channels: 1 })).bytes]).toEqual([7, 9]);
  });

  it('crops and resizes, and does not turn', async () => {
    const image = await png([
      [
        [10, 0, 0],
        [20, 0, 0],
        [30, 0, 0],
      ],
    ]);
    const region = ({ height, width }: { height: number; width: number }) => {
      expect([height, width]).toEqual([1, 3]);
      return { top: 0, left: 1, height: 1, width: 2 };
    };
    expect([...(await decodeImage(image, 'f', { region })).bytes]).toEqual([20, 0, 0, 30, 0, 0]);
    const size = { height: 4, width: 5 };
    const resized = await decodeImage(await plain(77), 'f', { size });
    expect([resized.height, resized.width, resized.bytes[0], resized.bytes.at(-3)]).toEqual([4, 5, 77, 77]);
    const turned = await sharp!(await plain(1, 2, 4))
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(await decodeImage(turned, 'f')).toMatchObject({ height: 2, width: 4 });
  });

  it('refuses what is no image, or cut off', async () => {
    await expect(decodeImage(new TextEncoder().encode('text'), 'f')).rejects.toThrow(
      'f: it does not decode as an image: ',
    );
    await expect(decodeImage(await plain(1, 8, 9), 'f', { maxPixels: 71 })).rejects.toThrow(BadImageError);
    expect(await decodeImage(await plain(1, 8, 9), 'f', { maxPixels: 72 })).toMatchObject({ height: 8, width: 9 });
    const jpeg = await sharp!(await plain(200, 64, 64))
      .jpeg()
      .toBuffer();
    await expect(decodeImage(jpeg.subarray(0, jpeg.length - 30), 'f')).rejects.toThrow(BadImageError);
  });
});

describe.skipIf(!sharp)('folders of images', () => {
  beforeAll(async () => {
    for (const [i, name] of ['cat/1', 'cat/2', 'ant/3', 'ant/4', 'ant/5'].entries()) {
      await put(`set/train/${name}.png`, await plain(10 * i));
      await put(`mixed/${name}.png`, await plain(10 * i, 2 + i, 4));
    }
    await put('set/val/cat/9.png', await plain(99));
    await put('bad/a/1.png', await plain(1));
    await put('bad/a/2.png', (await plain(2)).subarray(0, 40));
    await put('bad/b/3.png', await plain(3));
    await put('bad/b/4.png', 'no image');
    await put('bad/b/5.png', await plain(5));
  });

  it('are read into memory, from an archive too', async () => {
    const { train, test } = findSplits(join(home, 'set'));
    expect([train, test]).toEqual([join(home, 'set/train'), join(home, 'set/val')]);
    const images = await readImageFolder(train);
    expect(images).toMatchObject({ classes: ['ant', 'cat'], height: 2, width: 2, channels: 3, skipped: [] });
    expect([...images.labels]).toEqual([0, 0, 0, 1, 1]);
    expect(images.labels.map((_, i) => Math.round(255 * pictureAt(images, i).pixels[0]!))).toEqual(
      Int32Array.of(20, 30, 40, 0, 10),
    );
    await mkdir(join(home, 'packed'));
    await create({ cwd: join(home, 'set'), file: join(home, 'packed/train.tgz'), gzip: true }, ['train']);
    expect(await readImageFolder(join(home, 'packed/train.tgz'))).toEqual({ ...images, skipped: [] });
    const held = await readImageFolder(test, { classes: images.classes });
    expect([...held.labels]).toEqual([1]);
    await put('imagenet/train.tar', '');
    await put('imagenet/val.tar', '');
    await put('imagenet/test/1.JPEG', 'no label');
    const tests = (...names: string[][]) => findSplits(join(home, 'imagenet'), ...names).test;
    expect([tests(), tests(['val', 'test'])]).toEqual([join(home, 'imagenet/test'), join(home, 'imagenet/val.tar')]);
    expect(() => findSplits(join(home, 'packed'))).toThrow('there is no test, val, valid, validation in it');
  });

  it('are all of one size, or are brought to it', async () => {
    await expect(readImageFolder(join(home, 'mixed'))).rejects.toThrow(
      'ant/4.png: it has 5 by 4 pixels, those before it 4 by 4; want all the same, or a size to bring them to',
    );
    const images = await readImageFolder(join(home, 'mixed'), { size: { height: 3, width: 3 }, channels: 1 });
    expect([images.pixels.length, images.channels]).toEqual([45, 1]);
  });

  it('end at a damaged image, or pass over it and count it', async () => {
    await expect(readImageFolder(join(home, 'bad'))).rejects.toThrow('a/2.png: it does not decode as an image');
    const images = await readImageFolder(join(home, 'bad'), { onBadImage: 'skip' });
    expect(images.skipped).toEqual(['a/2.png', 'b/4.png']);
    expect([[...images.labels], images.pixels.length]).toEqual([[0, 1, 1], 36]);
    await put('worse/a/1.png', 'no image');
    await expect(readImageFolder(join(home, 'worse'), { onBadImage: 'skip' })).rejects.toThrow(
      'none of its 1 images decodes',
    );
  });

  it('are streamed: cropped, resized, the same from a seed', async () => {
    const stream = { height: 2, width: 3 };
    const train = await streamImageFolder(join(home, 'mixed'), { ...stream, region: { kind: 'random' } });
    const evaluation = await streamImageFolder(join(home, 'mixed'), {
      ...stream,
      region: { kind: 'centre' },
      classes: train.classes,
    });
    expect([train.shape, train.classes, [...train.labels]]).toEqual([
      [2, 3, 3],
      ['ant', 'cat'],
      [0, 0, 0, 1, 1],
    ]);
    const make = () => new StreamedDataset({ train, evaluation, batchSize: 2, seed: 3 });
    const [one, two] = [make(), make()];
    const batch = await one.trainBatch();
    expect([batch.inputs.length, batch.shape]).toEqual([36, [2, 3, 3]]);
    expect(await two.trainBatch()).toEqual(batch);
    const reds: number[] = [];
    for await (const { inputs, batch } of one.evalBatches()) {
      for (let i = 0; i < batch; i++) reds.push(Math.round(255 * inputs[18 * i]!));
    }
    expect(reds).toEqual([20, 30, 40, 0, 10]);
  });

  it('are listed for other threads, an archive not', async () => {
    const list = structuredClone(await listImageFolder(join(home, 'mixed')));
    const source = streamImages(list, { height: 1, width: 1, region: { kind: 'centre' } });
    expect(Math.round(255 * (await source.read(3, new Rng(0)))![0]!)).toBe(0);
    expect(list.names[0]).toBe('ant/3.png');
    await expect(listImageFolder(join(home, 'packed.tar'))).rejects.toThrow(
      'packed.tar: it is an archive; want the folder',
    );
  });

  it('are streamed past damaged ones, which are counted', async () => {
    const options = { height: 2, width: 2, region: { kind: 'centre' as const, share: 1 } };
    const source = await streamImageFolder(join(home, 'bad'), options);
    const data = new StreamedDataset({ train: source, evaluation: source, batchSize: 5, seed: 0 });
    const reds = ({ inputs, batch }: { inputs: Float32Array; batch: number }) =>
      Array.from({ length: batch }, (_, i) => Math.round(255 * inputs[12 * i]!));
    const batch = await data.trainBatch();
    expect(batch.batch).toBe(5);
    expect(new Set(reds(batch))).toEqual(new Set([1, 3, 5]));
    expect([...source.skipped].sort()).toEqual(['a/2.png', 'b/4.png']);
    const strict = await streamImageFolder(join(home, 'bad'), { ...options, onBadImage: 'throw' });
    await expect(strict.read(1, new Rng(0))).rejects.toThrow('a/2.png: it does not decode as an image');
    await rm(await put('bad/a/6.png', ''));
  });

  it('learn from memory as examples', async () => {
    const images = imageExamples(await readImageFolder(join(home, 'set/train')));
    const batch = new ExampleDataset({ train: images, evaluation: images, batchSize: 5, seed: 0 }).trainBatch();
    expect([batch.shape, batch.inputs.length]).toEqual([[2, 2, 3], 60]);
  });

  it('whose file is gone end the reading, bad images being passed over or not', async () => {
    const path = await put('gone/a/1.png', await plain(1));
    const source = await streamImageFolder(join(home, 'gone'), { height: 2, width: 2, region: { kind: 'centre' } });
    expect((await readFile(path)).length).toBeGreaterThan(0);
    await rm(path);
    await expect(source.read(0, new Rng(0))).rejects.toThrow('ENOENT');
  });
});
