// Each transform on values worked out by hand or by the formula that defines it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExampleDataset, type Picture, type PictureTransform, Rng } from '../../index.ts';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
  affine,
  autoContrast,
  centreCrop,
  colourJitter,
  crop,
  cutmix,
  drawRegion,
  equalise,
  mirror,
  normalise,
  pad,
  posterise,
  randAugment,
  randomCrop,
  randomErasing,
  randomFlip,
  randomResizedCrop,
  resize,
  resizePicture,
  rotate,
  shear,
  solarise,
  translate,
} from './index.ts';

const rng = new Rng(0);

/** A grey picture of rows. */
function grey(...rows: number[][]): Picture {
  return { pixels: Float32Array.from(rows.flat()), height: rows.length, width: rows[0]!.length, channels: 1 };
}

function colour(...values: number[]): Picture {
  return { pixels: Float32Array.from(values), height: 1, width: values.length / 3, channels: 3 };
}

function rowsOf({ pixels, height, width, channels }: Picture): number[][] {
  const row = width * channels;
  return Array.from({ length: height }, (_, y) => [...pixels.subarray(y * row, (y + 1) * row)]);
}

function expectClose(picture: Picture, values: readonly number[], digits = 6): void {
  expect(picture.pixels).toHaveLength(values.length);
  for (const [i, value] of values.entries()) expect(picture.pixels[i]).toBeCloseTo(value, digits);
}

const ramp = (height: number, width: number, channels = 1): Picture => ({
  pixels: Float32Array.from({ length: height * width * channels }, (_, i) => i / (height * width * channels)),
  height,
  width,
  channels,
});

describe('resize', () => {
  it('interpolates when it grows and averages when it shrinks', () => {
    expectClose(resizePicture(grey([0, 1]), 1, 4), [0, 0.25, 0.75, 1]);
    expectClose(resizePicture(grey([0], [1]), 4, 1), [0, 0.25, 0.75, 1]);
    // The triangles of 1, 3, 3 and 1 eighths, cut at the edge.
    expectClose(resizePicture(grey([1, 0, 0, 0]), 1, 2), [3 / 7, 0]);
    expectClose(resizePicture(grey([0, 1, 0, 0]), 1, 2), [3 / 7, 1 / 7]);
  });

  it('leaves a picture of that size, and one of one value', () => {
    const picture = ramp(3, 5, 3);
    expectClose(resizePicture(picture, 3, 5), [...picture.pixels]);
    expectClose(resize(7, 2)(grey([0.3, 0.3, 0.3], [0.3, 0.3, 0.3]), rng), Array(14).fill(0.3));
    expect(() => resize(0, 2)).toThrow('resize: height is 0; want an integer of at least 1');
  });

  it('keeps channels apart', () => {
    expectClose(resizePicture(colour(0, 1, 0.5, 1, 0, 0.5), 1, 1), [0.5, 0.5, 0.5]);
    expectClose(resizePicture(colour(0, 1, 0.5, 1, 1, 0.5), 1, 1), [0.5, 1, 0.5]);
  });
});

describe('crops', () => {
  const picture = ramp(4, 4);

  it('take a region, the middle, and a border', () => {
    expect(rowsOf(crop(picture, { top: 1, left: 2, height: 2, width: 1 }))).toEqual([[6 / 16], [10 / 16]]);
    expect(rowsOf(centreCrop(2, 2)(picture, rng))).toEqual([
      [5 / 16, 6 / 16],
      [9 / 16, 10 / 16],
    ]);
    expect(rowsOf(pad(grey([1]), 1, 0.5))).toEqual([
      [0.5, 0.5, 0.5],
      [0.5, 1, 0.5],
      [0.5, 0.5, 0.5],
    ]);
    expect(() => centreCrop(5, 5)(picture, rng)).toThrow('crop: 5 by 5 from row -1, column -1; the picture has 4 by 4');
  });

  it('take every place of a padded picture', () => {
    const dot = grey([0, 0, 0], [0, 1, 0], [0, 0, 0]);
    const places = new Set<number>();
    for (let i = 0; i < 200; i++) places.add(randomCrop(1)(dot, rng).pixels.indexOf(1));
    expect([...places].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('draw regions within the bounds of area and proportion', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 200 }),
        fc.integer({ min: 8, max: 200 }),
        fc.nat(),
        (height, width, seed) => {
          const { top, left, height: h, width: w } = drawRegion({ height, width }, new Rng(seed));
          expect(top >= 0 && left >= 0 && top + h <= height && left + w <= width && h > 0 && w > 0).toBe(true);
        },
      ),
    );
    for (let i = 0; i < 200; i++) {
      const { height, width } = drawRegion({ height: 100, width: 100 }, rng, { scale: [0.2, 0.5], ratio: [0.5, 2] });
      expect(Math.abs((height * width) / 1e4 - 0.35)).toBeLessThan(0.17);
      expect(Math.abs(Math.log2(width / height))).toBeLessThan(1.05);
    }
    // Nothing of these proportions fits, so it is the largest in the middle.
    expect(drawRegion({ height: 10, width: 100 }, rng, { scale: [1, 1] })).toEqual({
      top: 0,
      left: 43,
      height: 10,
      width: 13,
    });
  });

  it('bring a random region to one size', () => {
    const got = randomResizedCrop(3, 2)(ramp(20, 30, 3), rng);
    expect([got.height, got.width, got.pixels.length]).toEqual([3, 2, 18]);
    expect(() => randomResizedCrop(2, 2, { scale: [0.5, 0.2] })).toThrow(
      'randomResizedCrop: scale is 0.5; want a number from 0 to 0.2',
    );
  });
});

describe('flips', () => {
  it('mirror pixels, not channels', () => {
    expectClose(mirror(colour(1, 2, 3, 4, 5, 6)), [4, 5, 6, 1, 2, 3]);
    const picture = ramp(2, 3);
    expect(mirror(mirror(picture))).toEqual(picture);
  });

  it('happen with the probability', () => {
    const picture = grey([0, 1]);
    const share = (probability: number) =>
      Array.from({ length: 1000 }, () => randomFlip(probability)(picture, rng)).filter(({ pixels }) => pixels[0] === 1)
        .length / 1000;
    expect([share(0), share(1)]).toEqual([0, 1]);
    expect(share(0.3)).toBeCloseTo(0.3, 1);
    expect(() => randomFlip(2)).toThrow('randomFlip: probability is 2; want a number from 0 to 1');
  });
});

describe('normalise', () => {
  it('scales each channel by its own', () => {
    expectClose(normalise([0.5, 0, 1], [0.5, 1, 2])(colour(1, 1, 1, 0, 0, 0), rng), [1, 1, 0, -1, 0, -0.5]);
  });

  it.each([
    [() => normalise([0], [0, 1]), 'normalise: 1 means and 2 deviations'],
    [() => normalise([0], [0]), 'normalise: a deviation is 0; want numbers above 0'],
    [() => normalise([0], [1])(colour(0, 0, 0), rng), 'normalise: a picture has 3 channels; want 1'],
  ])('refuses %s', (make, message) => {
    expect(make).toThrow(message);
  });
});

describe('colours', () => {
  it('brighten and cut off', () => {
    expectClose(adjustBrightness(grey([0.2, 0.8]), 1.5), [0.3, 1]);
  });

  it('contrast about the mean luminance', () => {
    expectClose(adjustContrast(grey([0.2, 0.6]), 0.5), [0.3, 0.5]);
    expectClose(adjustContrast(colour(1, 0, 0), 0), Array(3).fill(0.2989));
  });

  it('saturate about the luminance, of colours alone', () => {
    expectClose(adjustSaturation(colour(0, 1, 0), 0), [0.587, 0.587, 0.587]);
    expectClose(adjustSaturation(colour(0.5, 0.5, 0.4), 1), [0.5, 0.5, 0.4]);
    const picture = grey([0.1, 0.9]);
    expect([adjustSaturation(picture, 0), adjustHue(picture, 0.5)]).toEqual([picture, picture]);
  });

  it('turn hues', () => {
    expectClose(adjustHue(colour(1, 0, 0), 1 / 3), [0, 1, 0]);
    expectClose(adjustHue(colour(1, 0, 0), -1 / 3), [0, 0, 1]);
    expectClose(adjustHue(colour(1, 0, 0), 0.5), [0, 1, 1]);
    expectClose(adjustHue(colour(0.6, 0.2, 0.4, 0.3, 0.3, 0.3), 1), [0.6, 0.2, 0.4, 0.3, 0.3, 0.3]);
    // orange (30 degrees) by 90 degrees is spring green (120)
    expectClose(adjustHue(colour(1, 0.5, 0), 0.25), [0, 1, 0]);
  });

  it('jitter within bounds, and not at all at 0', () => {
    const picture = ramp(2, 2, 3);
    expect(colourJitter({})(picture, rng)).toBe(picture);
    for (let i = 0; i < 100; i++) {
      const { pixels } = colourJitter({ brightness: 0.2 })(grey([0.5]), rng);
      expect(Math.abs(pixels[0]! - 0.5)).toBeLessThan(0.1 + 1e-6);
      const all = colourJitter({ brightness: 2, contrast: 2, saturation: 2, hue: 0.5 })(picture, rng);
      expect(all.pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    expect(() => colourJitter({ hue: 0.6 })).toThrow('colourJitter: hue is 0.6; want a number from 0 to 0.5');
  });
});

describe('tones', () => {
  const bytes = (...values: number[]) => grey(values.map((value) => value / 255));

  it('posterise, solarise and stretch', () => {
    expectClose(posterise(bytes(255, 127, 64, 3), 2), [192 / 255, 64 / 255, 64 / 255, 0]);
    expectClose(posterise(bytes(200, 3), 8), [200 / 255, 3 / 255]);
    expectClose(solarise(grey([0.2, 0.5, 0.8]), 0.5), [0.2, 0.5, 0.2]);
    expectClose(autoContrast(grey([0.2, 0.4, 0.6])), [0, 0.5, 1]);
    expectClose(autoContrast(colour(0.5, 0, 0.2, 0.5, 1, 0.7)), [0.5, 0, 0, 0.5, 1, 1]);
  });

  it('equalise: values that occur equally often are spread evenly', () => {
    // 1,024 pixels of four values: PIL's step is (1024 - 256) / 255 = 3, and the table (1 + before) / 3.
    const picture = bytes(...Array.from({ length: 1024 }, (_, i) => [100, 101, 102, 110][i % 4]!));
    expectClose(
      equalise(picture),
      [...Array(256)].flatMap(() => [0, 85 / 255, 171 / 255, 1]),
      6,
    );
    const single = bytes(7, 7, 7);
    expectClose(equalise(single), [...single.pixels]);
  });

  it('sharpen the inside', () => {
    const dot = grey([0, 0, 0], [0, 1, 0], [0, 0, 0]);
    expectClose(adjustSharpness(dot, 0), [0, 0, 0, 0, 5 / 13, 0, 0, 0, 0]);
    expectClose(adjustSharpness(dot, 1), [...dot.pixels]);
    const bump = grey([0.5, 0.5, 0.5], [0.5, 0.6, 0.5], [0.5, 0.5, 0.5]);
    expectClose(adjustSharpness(bump, 2), [0.5, 0.5, 0.5, 0.5, 0.6 + 0.1 * (8 / 13), 0.5, 0.5, 0.5, 0.5]);
  });
});

describe('geometry', () => {
  const picture = grey([1, 2, 3], [4, 5, 6], [7, 8, 9]);

  it('turns against the clock', () => {
    expect(rowsOf(rotate(picture, 90))).toEqual([
      [3, 6, 9],
      [2, 5, 8],
      [1, 4, 7],
    ]);
    expect(rowsOf(rotate(rotate(picture, 180), 180))).toEqual(rowsOf(picture));
  });

  it('moves and shears, filling what comes in', () => {
    expect(rowsOf(translate(picture, 'x', 1, -1))).toEqual([
      [-1, 1, 2],
      [-1, 4, 5],
      [-1, 7, 8],
    ]);
    expect(rowsOf(translate(picture, 'y', -2))).toEqual([
      [7, 8, 9],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(rowsOf(shear(picture, 'x', 1))).toEqual([
      [0, 1, 2],
      [4, 5, 6],
      [8, 9, 0],
    ]);
    expect(rowsOf(shear(picture, 'y', -1))).toEqual([
      [4, 2, 0],
      [7, 5, 3],
      [0, 8, 6],
    ]);
    expect(affine(picture, [1, 0, 0, 0, 1, 0])).toEqual(picture);
  });
});

describe('randAugment', () => {
  const picture = ramp(8, 8, 3);

  it('is nothing at magnitude 0 but for operations without one', () => {
    const operations = ['shearX', 'translateY', 'rotate', 'brightness', 'contrast', 'sharpness', 'posterise'] as const;
    for (let i = 0; i < 30; i++) {
      const got = randAugment({ magnitude: 0, count: 3, operations })(picture, rng);
      // posterise to 8 bits rounds to bytes
      for (const [at, value] of got.pixels.entries()) expect(Math.abs(value - picture.pixels[at]!)).toBeLessThan(0.003);
    }
  });

  it('applies the operations that the list has, either way', () => {
    const got = new Set(
      Array.from({ length: 40 }, () =>
        String(rowsOf(randAugment({ count: 1, magnitude: 30, operations: ['translateX'] })(grey([1, 2, 3, 4]), rng))),
      ),
    );
    // 150/331 of 4 pixels, cut to 1
    expect([...got].sort()).toEqual(['0,1,2,3', '2,3,4,0']);
    expectClose(randAugment({ count: 2, magnitude: 30, operations: ['solarise'] })(grey([0, 0.25]), rng), [0, 0.25]);
  });

  it('repeats from a seed, keeps size and range, and differs', () => {
    const got = (seed: number) => randAugment({ magnitude: 12 })(picture, new Rng(seed));
    expect(got(3)).toEqual(got(3));
    const different = new Set(Array.from({ length: 20 }, (_, seed) => String(got(seed).pixels)));
    expect(different.size).toBeGreaterThan(10);
    for (let seed = 0; seed < 60; seed++) {
      const { pixels, height, width } = got(seed);
      expect([height, width, pixels.length]).toEqual([8, 8, 192]);
      expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it.each([
    [{ magnitude: 31 }, 'randAugment: magnitude is 31; want an integer in 0..30'],
    [{ count: -1 }, 'randAugment: count is -1'],
    [{ operations: [] }, 'randAugment: operations has an empty list'],
    [{ operations: ['blur' as 'rotate'] }, 'operations has "blur"; want some of identity, shearX'],
  ])('refuses %o', (options, message) => {
    expect(() => randAugment(options)).toThrow(message);
  });
});

describe('randomErasing', () => {
  it('blanks one rectangle of a share within the bounds', () => {
    const white: Picture = { pixels: new Float32Array(400).fill(1), height: 20, width: 20, channels: 1 };
    for (let i = 0; i < 50; i++) {
      const { pixels } = randomErasing({ probability: 1, scale: [0.1, 0.2] })(white, rng);
      const erased = [...pixels.entries()].filter(([, value]) => value === 0).map(([at]) => at);
      const columns = new Set(erased.map((at) => at % 20)).size;
      const rows = new Set(erased.map((at) => Math.floor(at / 20))).size;
      expect(erased).toHaveLength(rows * columns);
      expect(Math.abs(erased.length / 400 - 0.15)).toBeLessThan(0.08);
    }
    expect(randomErasing({ probability: 0 })(white, rng)).toBe(white);
    const { pixels } = randomErasing({ probability: 1, value: 'noise' })(white, rng);
    expect(new Set(pixels).size).toBeGreaterThan(5);
    expect(() => randomErasing({ scale: [0, 2] })).toThrow('randomErasing: scale is 2; want a number from 0 to 1');
  });
});

describe('cutmix', () => {
  const images = {
    labels: Int32Array.of(0, 1, 2, 3),
    classes: ['a', 'b', 'c', 'd'],
    shape: [6, 8, 1],
    read: (index: number) => new Float32Array(48).fill(index),
  };

  it('weighs labels as areas', () => {
    for (let seed = 0; seed < 40; seed++) {
      const batch = { inputs: new Float32Array(192), shape: [6, 8, 1], labels: images.labels, batch: 4 };
      for (let i = 0; i < 4; i++) batch.inputs.fill(i, 48 * i, 48 * i + 48);
      const { inputs, targets } = cutmix(1)(batch, 4, new Rng(seed));
      for (let row = 0; row < 4; row++) {
        for (let label = 0; label < 4; label++) {
          const area = inputs.subarray(48 * row, 48 * row + 48).filter((value) => value === label).length / 48;
          expect(targets![4 * row + label]).toBeCloseTo(area, 6);
        }
      }
    }
  });

  it('refuses examples that are no images, and an alpha of 0', () => {
    const sounds = { ...images, shape: [48] };
    const data = new ExampleDataset({
      train: sounds,
      evaluation: sounds,
      batchSize: 2,
      seed: 0,
      batchTransform: cutmix(1),
    });
    expect(() => data.trainBatch()).toThrow('cutmix: examples of [48]; want images');
    expect(() => cutmix(0)).toThrow('cutmix: alpha is 0');
  });
});

it('no transform changes the picture that it is given', () => {
  const picture = ramp(6, 6, 3);
  const before = picture.pixels.slice();
  const transforms: PictureTransform[] = [
    resize(3, 3),
    randomCrop(2),
    randomResizedCrop(4, 4),
    randomFlip(1),
    normalise([0, 0, 0], [1, 2, 3]),
    colourJitter({ brightness: 1, contrast: 1, saturation: 1, hue: 0.5 }),
    randomErasing({ probability: 1, scale: [0.2, 0.3] }),
    randAugment({ count: 14, magnitude: 20 }),
  ];
  for (const transform of transforms) for (let i = 0; i < 5; i++) transform(picture, rng);
  expect(picture.pixels).toEqual(before);
});
