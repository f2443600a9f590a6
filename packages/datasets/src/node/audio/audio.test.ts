// Recordings made here, as FSDD and Speech Commands lay them out, in folders and archives.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wavFile } from '../../../test/wav-file.ts';
import { clipExamples, gain, Rng } from '../../index.ts';
import { readFsdd, readSpeechCommands, speechPartOf, streamSpeechCommands } from '../index.ts';
import { formatFor } from './clips.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'orchid-audio-'));
});
afterAll(() => rm(home, { recursive: true }));

async function put(name: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(home, name)), { recursive: true });
  await writeFile(join(home, name), content);
}
const constant = (value: number, count: number, sampleRate: number) =>
  wavFile([Array(count).fill(value)], { sampleRate });

describe('readFsdd', () => {
  beforeAll(async () => {
    for (const digit of [0, 7]) {
      for (const index of [0, 4, 5, 49]) {
        await put(`fsdd/recordings/${digit}_theo_${index}.wav`, constant(digit / 10, 100 + index, 8000));
      }
    }
  });

  it('reads both parts, of one length and rate', async () => {
    const { train, test } = await readFsdd(join(home, 'fsdd'), { length: 120 });
    expect([[...train.labels], [...test.labels]]).toEqual([
      [0, 0, 7, 7],
      [0, 0, 7, 7],
    ]);
    expect([train.samples.length, train.length, train.sampleRate]).toEqual([480, 120, 8000]);
    // Those of sevens have 149 samples, of which 120 are kept, and 105.
    const seven = Math.round(0.7 * 2 ** 15) / 2 ** 15;
    expect([240, 359, 360, 420].map((at) => train.samples[at])).toEqual([seven, seven, 0, seven]);
    const resampled = await readFsdd(join(home, 'fsdd/recordings'), { sampleRate: 16_000 });
    expect([resampled.test.length, resampled.test.samples.length]).toEqual([16_000, 64_000]);
  });

  it('refuses other files', async () => {
    await put('other/a.wav', constant(0, 1, 8000));
    await expect(readFsdd(join(home, 'other'))).rejects.toThrow(
      'no recordings for the train part; want files named digit_speaker_index.wav',
    );
  });
});

describe('speechPartOf', () => {
  // The parts that the official lists give some speakers.
  it.each([
    ['bed/026290a7_nohash_0.wav', 'validation'],
    ['bed/060cd039_nohash_0.wav', 'validation'],
    ['bed/0c40e715_nohash_0.wav', 'test'],
    ['bed/0ea0e2f4_nohash_0.wav', 'test'],
    ['bird/42beb5eb_nohash_0.wav', 'test'],
    ['down/022cd682_nohash_0.wav', 'test'],
    ['bed/004ae714_nohash_0.wav', 'train'],
  ])('%s', (name, part) => {
    expect([name, speechPartOf(name)]).toEqual([name, part]);
    expect(speechPartOf(name.replace('_0', '_3').replace('bed', 'cat'))).toBe(part);
  });
});

describe('Speech Commands', () => {
  const speakers = ['00176480', '004ae714', '026290a7', '0c40e715', '0a7c2a8d', '0132a06d'];
  beforeAll(async () => {
    for (const [i, speaker] of speakers.entries()) {
      for (const word of ['yes', 'no', 'cat']) {
        await put(`speech/${word}/${speaker}_nohash_0.wav`, constant((i + 1) / 10, 16_000, 16_000));
      }
    }
    await put('speech/_background_noise_/hum.wav', constant(0.9, 40_000, 16_000));
    await create({ cwd: join(home, 'speech'), file: join(home, 'speech.tar.gz'), gzip: true }, ['yes', 'no', 'cat']);
  });

  it('are parted by the rule, or by the lists where they are', async () => {
    const { train, validation, test } = await readSpeechCommands(join(home, 'speech.tar.gz'), { length: 10 });
    const parts = speakers.map(speechPartOf);
    const counts = [train, validation, test].map(({ labels }) => labels.length);
    expect(counts).toEqual(
      (['train', 'validation', 'test'] as const).map((part) => 3 * parts.filter((p) => p === part).length),
    );
    await put('speech/validation_list.txt', 'yes/00176480_nohash_0.wav\nno/00176480_nohash_0.wav\n');
    await put('speech/testing_list.txt', 'yes/004ae714_nohash_0.wav\r\n');
    const listed = await readSpeechCommands(join(home, 'speech'), { length: 10 });
    expect([listed.train, listed.validation, listed.test].map(({ labels }) => labels.length)).toEqual([15, 2, 1]);
    expect(listed.background[0]).toHaveLength(40_000);
  });

  it('are some words, with unknown ones and silence', async () => {
    const options = { words: ['yes', 'no'], unknown: 0.2, silence: 0.1, length: 800, sampleRate: 8000, seed: 1 };
    const { train, background } = await readSpeechCommands(join(home, 'speech'), options);
    expect(train.classes).toEqual(['yes', 'no', 'unknown', 'silence']);
    expect([...train.labels].filter((label) => label === 2)).toHaveLength(2);
    const silent = train.labels.indexOf(3);
    const middle = train.samples[silent * 800 + 400]!;
    expect(middle > 0 && middle < 0.91).toBe(true);
    expect(background[0]).toHaveLength(20_000);
    // The first recording of "yes" that is in neither list is that of 0132a06d.
    expect(train.samples[400]).toBeCloseTo(0.6, 3);
  });

  it('are streamed, the same as from memory', async () => {
    const options = { words: ['yes', 'no'], silence: 0.2, length: 500 };
    const memory = await readSpeechCommands(join(home, 'speech'), options);
    const stream = await streamSpeechCommands(join(home, 'speech'), { ...options, transform: gain(20, 20) });
    for (const part of ['train', 'test'] as const) {
      expect(stream[part].labels).toEqual(memory[part].labels);
      for (const i of stream[part].labels.keys()) {
        const got = await stream[part].read(i, new Rng(0));
        const want = memory[part].samples.subarray(500 * i, 500 * i + 500);
        const factor = part === 'train' ? 10 : 1;
        for (const [k, value] of got!.entries()) expect(value).toBeCloseTo(factor * want[k]!, 5);
      }
    }
  });

  it('whose recordings are damaged end the reading, or are passed over', async () => {
    for (const name of ['a', 'b', 'c']) await put(`broken/yes/${name}_nohash_0.wav`, constant(0.1, 100, 16_000));
    const whole = constant(0.1, 100, 16_000);
    await put('broken/yes/b_nohash_0.wav', whole.subarray(0, 100));
    await expect(readSpeechCommands(join(home, 'broken'))).rejects.toThrow(
      'yes/b_nohash_0.wav: it is truncated: its chunk "data" has 56 bytes; want 200',
    );
    const parts = await readSpeechCommands(join(home, 'broken'), { onBadAudio: 'skip', length: 100 });
    const all = [parts.train, parts.validation, parts.test];
    expect(all.flatMap(({ skipped }) => skipped)).toEqual(['yes/b_nohash_0.wav']);
    expect(all.reduce((sum, { labels }) => sum + labels.length, 0)).toBe(2);
    const stream = await streamSpeechCommands(join(home, 'broken'), { onBadAudio: 'skip', length: 100 });
    const source = [stream.train, stream.validation, stream.test].find(({ labels }) => labels.length > 0)!;
    const reads = await Promise.all([...source.labels.keys()].map((i) => source.read(i, new Rng(0))));
    expect(reads.filter((read) => read === null)).toHaveLength(source.skipped.size);
  });

  it('refuse more than fits into memory', async () => {
    await expect(readSpeechCommands(join(home, 'speech'), { length: 4 * 10 ** 9 })).rejects.toThrow(
      'GiB as int16; want at most 4: fewer clips (of fewer words), shorter ones, or to stream them',
    );
  });

  it('are kept in half the memory where that is needed, or wanted, the same when they are read', async () => {
    const options = { words: ['yes', 'no'], silence: 0.5, length: 700 };
    const wide = await readSpeechCommands(join(home, 'speech'), options);
    const narrow = await readSpeechCommands(join(home, 'speech'), { ...options, format: 'int16' });
    expect([wide.train.samples, narrow.train.samples].map(({ BYTES_PER_ELEMENT: bytes }) => bytes)).toEqual([4, 2]);
    expect(narrow.train.labels).toEqual(wide.train.labels);
    const isSilent = (label: number) => label === wide.train.classes.indexOf('silence');
    const [one, other] = [wide, narrow].map(({ train }) => clipExamples(train));
    for (const [i, label] of wide.train.labels.entries()) {
      const [want, got] = [one!.read(i, new Rng(0)), other!.read(i, new Rng(0))];
      // 16-bit recordings are kept as they are; noise of another loudness is rounded.
      if (!isSilent(label)) expect(got).toEqual(want);
      else for (const [k, value] of got.entries()) expect(Math.abs(value - want[k]!)).toBeLessThanOrEqual(2 ** -16);
    }
    // All words of the second version: 84,843 clips of a second.
    expect(formatFor(84_843, 16_000, {}, 'v2')).toBe('int16');
    expect(formatFor(30_769, 16_000, {}, 'v2')).toBe('float32');
    expect(() => formatFor(84_843, 16_000, { format: 'float32' }, 'v2')).toThrow(
      'v2: 84843 clips take 5.1 GiB as float32',
    );
    await put('loud/yes/a_nohash_0.wav', wavFile([[1.5, -1.5, 0.25]], { bits: 32, codec: 3 }));
    const { train, validation, test } = await readSpeechCommands(join(home, 'loud'), { length: 3, format: 'int16' });
    expect([train, validation, test].flatMap(({ samples }) => [...samples])).toEqual([32_767, -32_768, 8192]);
  });
});
