// Reading idx and CIFAR-10's records from bytes made here, and pictures from sets.
import { describe, expect, it } from 'vitest';
import {
  CIFAR10_CLASSES,
  channelStatistics,
  compose,
  idxImages,
  imageExamples,
  normalise,
  parseCifar10,
  parseIdx,
  pictureAt,
  pictureOf,
  Rng,
  randomFlip,
} from '../index.ts';

export function idx(dimensions: readonly number[], values: readonly number[], type = 8): Uint8Array {
  const header = dimensions.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.of(0, 0, type, dimensions.length, ...header, ...values);
}

describe('parseIdx', () => {
  it('reads sizes and values', () => {
    const padded = Uint8Array.of(9, ...idx([2, 1, 3], [1, 2, 3, 4, 5, 255]));
    const { dimensions, values } = parseIdx(padded.subarray(1));
    expect([dimensions, [...values]]).toEqual([
      [2, 1, 3],
      [1, 2, 3, 4, 5, 255],
    ]);
    expect(parseIdx(idx([300], Array(300).fill(7))).dimensions).toEqual([300]);
  });

  it.each([
    [idx([2, 2], [1, 2, 3]), 'f: it is truncated: 3 values after the header; want 4, those of [2, 2]'],
    [idx([2], [1, 2, 3]), 'f: it is too long: 3 values after the header; want 2, those of [2]'],
    [idx([2, 2], []).subarray(0, 9), 'f: it ends within its header, after 9 of 12 bytes'],
    [Uint8Array.of(0, 0), 'f: 2 bytes; want an idx file'],
    [Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'f: it starts with 89 50 4e 47, which is not the mark of an idx file'],
    [Uint8Array.of(0, 0, 8, 0), 'f: it starts with 00 00 08 00'],
    [Uint8Array.of(0x1f, 0x8b, 8, 0), 'f: it is compressed (gzip)'],
    [idx([1], [0, 0, 0, 0], 13), 'f: it holds float32; want unsigned bytes'],
  ])('refuses %o', (bytes, message) => {
    expect(() => parseIdx(bytes, 'f')).toThrow(message);
  });
});

describe('idxImages', () => {
  const images = parseIdx(idx([2, 1, 2], [0, 255, 51, 102]));

  it('puts images and labels together', () => {
    const set = idxImages(images, parseIdx(idx([2], [1, 0])));
    expect(set).toMatchObject({ height: 1, width: 2, channels: 1, classes: ['0', '1'] });
    expect([...pictureAt(set, 1).pixels]).toEqual([Math.fround(0.2), Math.fround(0.4)]);
    expect(() => pictureAt(set, 2)).toThrow('images: index 2; want an integer in 0..1');
  });

  it('refuses what does not fit', () => {
    expect(() => idxImages(images, parseIdx(idx([3], [0, 0, 0])))).toThrow('2 images and 3 labels');
    expect(() => idxImages(images, images)).toThrow('images of [2, 1, 2] and labels of [2, 1, 2]; want');
    expect(() => idxImages(images, parseIdx(idx([2], [0, 2])), ['a', 'b'])).toThrow('a label is 2; want 0..1');
  });
});

describe('parseCifar10', () => {
  const record = (label: number, red: number) =>
    Uint8Array.of(label, ...Array(1024).fill(red), ...Array(1023).fill(20), 21, ...Array(1024).fill(30));

  it('puts planes beside each other, files in order', () => {
    const set = parseCifar10(
      new Map([
        ['one', Uint8Array.of(...record(3, 10), ...record(9, 11))],
        ['two', record(0, 12)],
      ]),
    );
    expect(set).toMatchObject({ height: 32, width: 32, channels: 3, classes: CIFAR10_CLASSES });
    expect([...set.labels]).toEqual([3, 9, 0]);
    expect([...set.pixels.subarray(3072, 3078)]).toEqual([11, 20, 30, 11, 20, 30]);
    expect([...set.pixels.subarray(9213)]).toEqual([12, 21, 30]);
  });

  it('refuses parts of records, and labels above 9', () => {
    expect(() => parseCifar10(new Map([['f', record(0, 0).subarray(1)]]))).toThrow(
      'f: 3072 bytes; want whole CIFAR-10 records of 3073',
    );
    expect(() => parseCifar10(new Map([['f', record(10, 0)]]))).toThrow('f: the label of record 0 is 10; want 0..9');
  });
});

describe('imageExamples', () => {
  const set = {
    pixels: Uint8Array.of(0, 255, 102, 204),
    labels: Int32Array.of(0, 1),
    height: 1,
    width: 2,
    channels: 1,
    classes: ['a', 'b'],
  };

  it('transforms each as it is read', () => {
    const examples = imageExamples(set, compose(randomFlip(1), normalise([0.5], [0.5])));
    expect(examples.shape).toEqual([1, 2, 1]);
    expect([...examples.read(0, new Rng(0))]).toEqual([1, -1]);
    expect([...imageExamples(set).read(0, new Rng(0))]).toEqual([0, 1]);
  });

  it('knows the mean and the deviation', () => {
    const { mean, deviation } = channelStatistics(set);
    expect(mean[0]).toBeCloseTo(0.55, 9);
    expect(deviation[0]).toBeCloseTo(Math.sqrt((0.55 ** 2 + 0.45 ** 2 + 0.15 ** 2 + 0.25 ** 2) / 4), 9);
    const colours = { ...set, pixels: Uint8Array.of(255, 0, 51, 255, 0, 51), channels: 3, width: 1 };
    expect(channelStatistics(colours).mean.map((value) => Math.round(10 * value))).toEqual([10, 0, 2]);
  });

  it('refuses bytes of another number', () => {
    expect(() => pictureOf([1, 2, 3], 2, 2, 1)).toThrow('pictureOf: 3 bytes; want 4, those of [2, 2, 1]');
  });
});
