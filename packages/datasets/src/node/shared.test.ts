// The readers on the real data sets beside a developer's checkout: counts, sizes, first labels, and sums of some values.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Clips, Images } from '../index.ts';
import { findSplits, readFsdd, readImageFolder, readMnist, readSpeechCommands } from './index.ts';

const shared = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));
const has = (name: string) => {
  const path = join(shared, name);
  if (!existsSync(path)) console.warn(`[shared] SKIPPED: the data set is not at ${path}`);
  return existsSync(path);
};

const perClass = ({ labels, classes }: Images | Clips) =>
  classes.map((_, label) => labels.filter((one) => one === label).length);
/** Magnitudes of a clip's samples as 16-bit integers, added up. */
const magnitude = ({ samples, length }: Clips, index: number) =>
  Float32Array.from(samples.subarray(index * length, (index + 1) * length)).reduce(
    (sum, value) => sum + Math.abs(value) * 2 ** 15,
    0,
  );

describe.skipIf(!has('mnist'))('../shared/data/mnist', () => {
  it('has 60,000 and 10,000 digits', async () => {
    const { train, test } = await readMnist(join(shared, 'mnist'));
    expect([train.height, train.width, train.channels]).toEqual([28, 28, 1]);
    expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    // As counted by everyone who has described the data set.
    expect(perClass(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(perClass(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    // The mean and deviation that are quoted for it, 0.1307 and 0.3081.
    const mean = train.pixels.reduce((a, b) => a + b, 0) / train.pixels.length / 255;
    expect(mean).toBeCloseTo(0.1307, 4);
  });
});

describe.skipIf(!has('cifar10-jpeg'))('../shared/data/cifar10-jpeg', () => {
  it('has 1,000 test images of 32 by 32 of each class', async () => {
    const { test } = findSplits(join(shared, 'cifar10-jpeg'));
    const images = await readImageFolder(test);
    expect([images.height, images.width, images.channels, images.skipped]).toEqual([32, 32, 3, []]);
    expect(perClass(images)).toEqual(Array(10).fill(1000));
    expect([images.classes[0], images.classes[9]]).toEqual(['airplane', 'truck']);
    expect(images.pixels.reduce((a, b) => a + b, 0) / images.pixels.length).toBeCloseTo(121.5, 1);
  });
});

describe.skipIf(!has('fsdd'))('../shared/data/fsdd', () => {
  it('has 2,700 and 300 recordings of ten digits', async () => {
    const { train, test } = await readFsdd(join(shared, 'fsdd/recordings.tar.gz'));
    expect([perClass(train), perClass(test)]).toEqual([Array(10).fill(270), Array(10).fill(30)]);
    expect([test.length, test.sampleRate]).toEqual([8000, 8000]);
    // 0_george_10 and 0_george_0, as Python's module wave reads them.
    expect([magnitude(train, 0), magnitude(test, 0)]).toEqual([4_847_985, 5_483_793]);
  });
});

describe.skipIf(!has('speech'))('../shared/data/speech', () => {
  const archive = join(shared, 'speech/wavs.tar.gz');

  it('has 100 recordings of each of ten words, all of them in the official test part', async () => {
    const { train, validation, test } = await readSpeechCommands(archive);
    // The rule puts every one where the official lists do.
    expect([train.labels.length, validation.labels.length]).toEqual([0, 0]);
    expect(perClass(test)).toEqual(Array(10).fill(100));
    expect(test.classes).toEqual(['down', 'go', 'left', 'no', 'off', 'on', 'right', 'stop', 'up', 'yes']);
    expect([test.length, test.sampleRate]).toEqual([16_000, 16_000]);
    // The first and the last, as Python's module wave reads them.
    expect([magnitude(test, 0), magnitude(test, 999)]).toEqual([62_879_221, 4_903_920]);
  });

  it('is parted by its 207 speakers', async () => {
    const parts = await readSpeechCommands(archive, { parts: 'speakers', length: 1000 });
    const counts = [parts.train, parts.validation, parts.test].map(({ labels }) => labels.length);
    expect(counts).toEqual([780, 113, 107]);
  });
});
