// Texts, images and sounds: how they are made for a model, and what is said of what does not fit.
import { centreRegion, crop, fitLength, pictureOf, resample, resizePicture } from '@orchid-ml/datasets';
import { createModel } from '@orchid-ml/orchid-models';
import { type Tokenizer, trainWordPiece } from '@orchid-ml/tokenizers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AudioClassificationPipeline,
  type Classified,
  createPipeline,
  type ImageClassificationPipeline,
  type ImageClassificationPreprocessor,
  type TextClassificationPipeline,
} from '../src/index.ts';
import { readImage } from '../src/node/index.ts';
import { expectRefused, startEngine, tiny, waves } from './support.ts';

const sharp = await import('sharp').then(
  (module) => module.default,
  (error: Error) => {
    console.warn(`[sharp] SKIPPED: images are decoded by a package that is missing here (${error.message})`);
    return null;
  },
);

beforeAll(startEngine);

describe('texts', () => {
  let tokenizer: Tokenizer;
  const make = (texts: 1 | 2, rest: object = {}) => {
    const keys = { model_type: 'orchid-bert', ...tiny, mlp_blocks: 2, head: 'sequence-classification' } as const;
    const model = createModel({ ...keys, vocab_size: tokenizer.vocabSize, max_position_embeddings: 20 });
    const sizes = { max_length: 20, pad_to_multiple_of: 8, ...rest };
    const preprocessor = { task: 'text-classification', texts, ...sizes } as const;
    return createPipeline(model, { tokenizer, preprocessor }) as TextClassificationPipeline;
  };
  beforeAll(async () => {
    tokenizer = await trainWordPiece(['the cat sat on the mat'], { vocabSize: 80, minFrequency: 1 });
  });

  it('pads to a multiple, at most to the longest, with a mask', () => {
    const pipeline = make(1);
    const short = pipeline.prepare({ text: 'the cat' });
    expect([short.positions, short.bucket]).toEqual([8, '8']);
    expect([...short.attentionMask]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    expect([...short.inputIds.subarray(4)]).toEqual(Array(4).fill(tokenizer.specialTokens.pad));
    const long = pipeline.prepare({ text: 'the cat sat on the mat '.repeat(9) });
    expect([long.positions, long.inputIds.length, long.attentionMask.every((value) => value === 1)]).toEqual([
      20,
      20,
      true,
    ]);
    expect(long.inputIds[19]).toBe(tokenizer.specialTokens.sep);
    pipeline.dispose();
  });

  it('takes pairs, whose second text has a type of its own', async () => {
    const pipeline = make(2);
    const pair = pipeline.prepare({ text: 'the cat', textPair: 'the mat' });
    expect([...pair.tokenTypeIds]).toEqual([0, 0, 0, 0, 1, 1, 1, 0]);
    const [answer] = await pipeline.run([pair]);
    // Without names in config.json labels go by their numbers.
    expect((answer as Classified).guesses.map(({ label }) => label).sort()).toEqual(['0', '1']);
    expectRefused(() => pipeline.prepare({ text: 'the cat' }), 'textPair', /textPair is missing: .* pairs of texts/);
    pipeline.dispose();
  });

  it('says which text does not fit', () => {
    const pipeline = make(1);
    const refused = (input: object, field: string, message: RegExp) =>
      expectRefused(() => pipeline.prepare(input as { text: string }), field, message);
    refused({ text: 'a', textPair: 'b' }, 'textPair', /textPair is given, but the model judges one text/);
    refused({}, 'text', /text is missing/);
    refused({ text: null }, 'text', /text is null; want a text/);
    pipeline.dispose();
  });

  it('says which file or key a folder lacks', () => {
    expect(() => make(1, { max_length: 21 })).toThrow(/max_length is 21; the model takes at most 20 tokens/);
    const model = createModel({ model_type: 'orchid-bert', ...tiny, mlp_blocks: 2, head: 'sequence-classification' });
    expect(() => createPipeline(model, { tokenizer, preprocessor: null })).toThrow(
      /there is no preprocessor_config\.json, which says how texts are made.*"texts":1/,
    );
    expect(() => createPipeline(model, { tokenizer: null, preprocessor: null })).toThrow(/there is no tokenizer\.json/);
    model.dispose();
  });
});

describe('images', () => {
  const make = (channels: 1 | 3, crop_pct: number | null = null) => {
    const model = createModel({
      model_type: 'orchid-vit',
      ...tiny,
      image_size: 8,
      patch_size: 4,
      num_channels: channels,
      mlp_blocks: 2,
      id2label: { '0': 'left', '1': 'right' },
    });
    const preprocessor: ImageClassificationPreprocessor = {
      task: 'image-classification',
      size: { height: 8, width: 8 },
      num_channels: channels,
      image_mean: Array(channels).fill(0.5),
      image_std: Array(channels).fill(0.25),
      crop_pct,
    };
    return createPipeline(model, { tokenizer: null, preprocessor }) as ImageClassificationPipeline;
  };
  const bytes = (count: number, seed = 1) =>
    Uint8Array.from(waves(count, seed), (value) => Math.round((value + 1) * 127));
  const scaled = (values: ArrayLike<number>) => Float32Array.from(values, (value) => (value - 0.5) / 0.25);
  const near = (given: Float32Array, wanted: Float32Array) => {
    expect(given.length).toBe(wanted.length);
    given.forEach((value, i) => void expect(value).toBeCloseTo(wanted[i]!, 5));
  };

  it('stretches other sizes, or takes their middle, as the preprocessor says', () => {
    const pixels = bytes(10 * 20 * 3);
    const picture = pictureOf(pixels, 10, 20, 3);
    const input = { pixels, height: 10, width: 20, channels: 3 };
    const stretched = make(3);
    near(stretched.prepare(input).pixels, scaled(resizePicture(picture, 8, 8).pixels));
    stretched.dispose();
    const middle = make(3, 0.8);
    const region = centreRegion(picture, { height: 8, width: 8 }, 0.8);
    expect(region).toEqual({ top: 1, left: 6, height: 8, width: 8 });
    near(middle.prepare(input).pixels, scaled(crop(picture, region).pixels));
    const same = bytes(8 * 8 * 3);
    near(
      middle.prepare({ pixels: same, height: 8, width: 8, channels: 3 }).pixels,
      scaled(Float32Array.from(same, (v) => v / 255)),
    );
    middle.dispose();
  });

  it('makes grey of colours and colours of grey, and drops an alpha channel', () => {
    const size = { height: 8, width: 8 };
    const [grey, colours] = [make(1), make(3)];
    const rgb = bytes(8 * 8 * 3);
    const rgba = Uint8ClampedArray.from({ length: 256 }, (_, i) => (i % 4 === 3 ? 9 : rgb[3 * (i >> 2) + (i % 4)]!));
    const luminance = Float32Array.from(
      { length: 64 },
      (_, i) => Math.round(0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!) / 255,
    );
    near(grey.prepare({ pixels: rgb, ...size, channels: 3 }).pixels, scaled(luminance));
    expect(grey.prepare({ pixels: rgba, ...size, channels: 4 })).toEqual(
      grey.prepare({ pixels: rgb, ...size, channels: 3 }),
    );
    expect(colours.prepare({ pixels: rgba, ...size, channels: 4 })).toEqual(
      colours.prepare({ pixels: rgb, ...size, channels: 3 }),
    );
    const one = bytes(64);
    const thrice = Uint8Array.from({ length: 192 }, (_, i) => one[Math.floor(i / 3)]!);
    expect(colours.prepare({ pixels: one, ...size, channels: 1 })).toEqual(
      colours.prepare({ pixels: thrice, ...size, channels: 3 }),
    );
    grey.dispose();
    colours.dispose();
  });

  it.skipIf(!sharp)('reads files at the size and with the channels that the model has', async () => {
    const pixels = bytes(8 * 8 * 3, 2);
    const png = await sharp!(pixels, { raw: { height: 8, width: 8, channels: 3 } })
      .png()
      .toBuffer();
    const [grey, colours, middle] = [make(1), make(3), make(3, 0.5)];
    expect(await readImage(png, colours)).toEqual({ pixels: Buffer.from(pixels), height: 8, width: 8, channels: 3 });
    expect(grey.prepare(await readImage(png, grey))).toEqual(
      grey.prepare({ pixels, height: 8, width: 8, channels: 3 }),
    );
    const large = await sharp!({ create: { height: 40, width: 20, channels: 3, background: '#f80' } })
      .png()
      .toBuffer();
    const read = await readImage(large, middle);
    expect([read.height, read.width, read.pixels.length]).toEqual([8, 8, 192]);
    expect([...read.pixels.subarray(0, 3)]).toEqual([255, 136, 0]);
    for (const [work, message] of [
      [() => readImage(new Uint8Array(9), grey, 'a.png'), /^a\.png: it does not decode as an image/],
      [() => readImage(large, grey, 'b.png', { maxPixels: 799 }), /^b\.png: .*pixel limit/],
    ] as const) {
      await expect(work()).rejects.toMatchObject({ name: 'InputError', field: 'image' });
      await expect(work()).rejects.toThrow(message);
    }
    for (const pipeline of [grey, colours, middle]) pipeline.dispose();
  });

  it.each([
    [{ pixels: [1, 2, 3] }, 'pixels', /pixels is a list; want a Uint8Array/],
    [{ pixels: new Float32Array(192) }, 'pixels', /pixels is Float32Array; want a Uint8Array/],
    [{ pixels: new Uint8Array(191) }, 'pixels', /pixels has 191 values; want 192, those of 8 by 8 by 3/],
    [{ height: 0 }, 'height', /height is 0; want an integer of at least 1/],
    [{ width: 2.5 }, 'width', /width is 2\.5/],
    [{ channels: 2 }, 'channels', /channels is 2; want 1 \(grey\), 3 \(RGB\) or 4/],
  ])('refuses %j', (wrong, field, message) => {
    const pipeline = make(3);
    const input = { pixels: new Uint8Array(192), height: 8, width: 8, channels: 3, ...wrong };
    expectRefused(() => pipeline.prepare(input as { pixels: Uint8Array } & typeof input), field, message);
    pipeline.dispose();
  });

  it('says which file or key a folder lacks', () => {
    const pipeline = make(1);
    const { model, preprocessor } = pipeline;
    const create = (changed: Partial<ImageClassificationPreprocessor> | null) => () =>
      createPipeline(model, { tokenizer: null, preprocessor: changed && { ...preprocessor, ...changed } });
    expect(create(null)).toThrow(/there is no preprocessor_config\.json, which says how images are made.*"height":8/);
    expect(create({ size: { height: 8, width: 9 } })).toThrow(/size is 8 by 9; the model's image_size is 8 by 8/);
    expect(create({ num_channels: 3 })).toThrow(/num_channels is 3; the model has 1/);
    expect(() => createPipeline(model, { tokenizer: null, preprocessor: { task: 'recall', length: 4 } })).toThrow(
      /task is recall; the model \(orchid-vit\) is for image-classification/,
    );
    pipeline.dispose();
  });
});

describe('sounds', () => {
  const make = (samples?: number) => {
    const model = createModel({
      model_type: 'orchid-audio',
      ...tiny,
      sampling_rate: 8000,
      max_samples: 64,
      conv_dim: [8],
      conv_kernel: [4],
      conv_stride: [8],
      mlp_blocks: 2,
      pooling: 'cls',
    });
    const preprocessor =
      samples === undefined ? null : ({ task: 'audio-classification', sampling_rate: 8000, samples } as const);
    return createPipeline(model, { tokenizer: null, preprocessor }) as AudioClassificationPipeline;
  };
  /** 16 bits, as many channels as there are lists. */
  const wav = (sampleRate: number, ...channels: Float32Array[]): Uint8Array => {
    const [count, frames] = [channels.length, channels[0]!.length];
    const bytes = new Uint8Array(44 + 2 * count * frames);
    const view = new DataView(bytes.buffer);
    const word = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
    word(0, 'RIFF');
    view.setUint32(4, bytes.length - 8, true);
    word(8, 'WAVEfmt ');
    view.setUint32(16, 16, true);
    view.setUint16(20, 1, true);
    view.setUint16(22, count, true);
    view.setUint32(24, sampleRate, true);
    view.setUint32(28, 2 * count * sampleRate, true);
    view.setUint16(32, 2 * count, true);
    view.setUint16(34, 16, true);
    word(36, 'data');
    view.setUint32(40, 2 * count * frames, true);
    channels.forEach((samples, c) => {
      for (const [i, value] of samples.entries())
        view.setInt16(44 + 2 * (i * count + c), Math.round(value * 32_767), true);
    });
    return bytes;
  };

  it('mixes down, resamples, and takes the middle or fills up with silence', () => {
    const pipeline = make();
    expect(pipeline.preprocessor).toEqual({ sampling_rate: 8000, samples: 64 });
    const samples = waves(100);
    const middle = pipeline.prepare({ samples, sampleRate: 8000 });
    // The stem makes 8 positions of 64 samples; the class token is one more.
    expect([middle.positions, middle.samples]).toEqual([9, samples.slice(18, 82)]);
    const short = pipeline.prepare({ samples: [0.5, -0.5], sampleRate: 8000 }).samples;
    expect([...short.subarray(30, 34)]).toEqual([0, 0.5, -0.5, 0]);
    const slow = pipeline.prepare({ samples, sampleRate: 16_000 }).samples;
    expect(slow.subarray(7, 57)).toEqual(resample(samples, 16_000, 8000));
    // Of a long sound only the middle is brought to the model's rate, with the same result.
    const long = waves(9000);
    for (const rate of [44_100, 11_025, 7992])
      expect(pipeline.prepare({ samples: long, sampleRate: rate }).samples).toEqual(
        fitLength(resample(long, rate, 8000), 64),
      );
    const [left, right] = [waves(64, 1), waves(64, 2)];
    const mixed = pipeline.prepare({ wav: wav(8000, left, right) }).samples;
    mixed.forEach((value, i) => void expect(value).toBeCloseTo((left[i]! + right[i]!) / 2, 3));
    pipeline.dispose();
  });

  it.each([
    [{ wav: new Uint8Array(9), name: 'x.wav' }, 'wav', /^x\.wav: it is no WAV file/],
    [{ wav: 'RIFF' }, 'wav', /wav is "RIFF"; want a Uint8Array/],
    [{ wav: wav(8000, new Float32Array(0)) }, 'wav', /it has no samples/],
    [{ wav: wav(1_999_999_973, new Float32Array(4)) }, 'wav', /cannot be brought to 8000 in reasonable time/],
    // Eight seconds to the model, three hours by the header: the sound would be 80 million samples.
    [{ wav: wav(1, new Float32Array(10_000)) }, 'wav', /has 1 samples a second, which cannot be brought to 8000/],
    [{ wav: wav(4_294_967_295, new Float32Array(4)) }, 'wav', /has 4294967295 samples a second/],
    [{ samples: new Float32Array(0), sampleRate: 8000 }, 'samples', /samples is empty/],
    [{ samples: [0, Number.NaN], sampleRate: 8000 }, 'samples', /samples\[1\] is NaN; want a number/],
    [{ samples: [0, '1'], sampleRate: 8000 }, 'samples', /samples\[1\] is "1"; want a number/],
    [{ samples: 3, sampleRate: 8000 }, 'samples', /samples is 3; want a Float32Array or a list/],
    [{}, 'samples', /samples is missing/],
    [{ samples: [0] }, 'sampleRate', /sampleRate is missing; want an integer/],
    [{ samples: [0], sampleRate: 383_987 }, 'sampleRate', /383987 samples a second, which cannot be brought to 8000/],
  ])('refuses %j', (input, field, message) => {
    const pipeline = make();
    expectRefused(() => pipeline.prepare(input as { samples: number[]; sampleRate: number }), field, message);
    pipeline.dispose();
  });

  it('keeps to what the preprocessor says, if it is within what the model takes', () => {
    const pipeline = make(32);
    expect(pipeline.prepare({ samples: waves(40), sampleRate: 8000 }).samples).toHaveLength(32);
    pipeline.dispose();
    expect(() => make(65)).toThrow(/samples is 65; the model takes at most 64/);
  });
});
