// WAV files of every kind that is read, made here, and what is refused.
import { describe, expect, it } from 'vitest';
import { wavFile } from '../../test/wav-file.ts';
import { decodeWav, mixDown } from '../index.ts';

const samples = [0, 0.5, -0.5, 0.25, -1, 0.75];

describe('decodeWav', () => {
  it.each([
    ['8-bit PCM', { bits: 8 }, 1 / 128],
    ['16-bit PCM', { bits: 16 }, 1e-9],
    ['24-bit PCM', { bits: 24 }, 1e-9],
    ['32-bit PCM', { bits: 32 }, 1e-9],
    ['float32', { bits: 32, codec: 3 }, 1e-9],
    ['float64', { bits: 64, codec: 3 }, 1e-9],
    ['extensible 16-bit PCM', { bits: 16, extensible: true }, 1e-9],
    ['extensible float32', { bits: 32, codec: 3, extensible: true }, 1e-9],
    ['16-bit PCM after another chunk of an odd size', { bits: 16, before: 'LIST' }, 1e-9],
  ])('reads %s', (_, options, bound) => {
    const { sampleRate, channels } = decodeWav(wavFile([samples], { sampleRate: 8000, ...options }));
    expect([sampleRate, channels.length, channels[0]!.length]).toEqual([8000, 1, 6]);
    for (const [i, value] of samples.entries()) expect(Math.abs(channels[0]![i]! - value)).toBeLessThanOrEqual(bound);
  });

  it('reads negative values of 24 bits to the last one', () => {
    const [channel] = decodeWav(wavFile([[-1 / 2 ** 23, -257 / 2 ** 23, 1 / 2 ** 23]], { bits: 24 })).channels;
    expect([...channel!].map((value) => value * 2 ** 23)).toEqual([-1, -257, 1]);
  });

  it('keeps channels apart, and mixes them', () => {
    const wav = decodeWav(
      wavFile([
        [0.5, -1],
        [0.25, 0],
      ]),
    );
    expect(wav.channels.map((channel) => [...channel])).toEqual([
      [0.5, -1],
      [0.25, 0],
    ]);
    expect([...mixDown(wav)]).toEqual([0.375, -0.5]);
    expect([...mixDown(decodeWav(wavFile([[0.5]])))]).toEqual([0.5]);
  });

  it('reads a view into a larger buffer, and no samples', () => {
    const file = wavFile([samples]);
    const larger = new Uint8Array(file.length + 3);
    larger.set(file, 3);
    expect(decodeWav(larger.subarray(3))).toEqual(decodeWav(file));
    expect(decodeWav(wavFile([[]])).channels[0]).toHaveLength(0);
  });

  const file = wavFile([samples]);
  const changed = (at: number, ...bytes: number[]) => {
    const copy = file.slice();
    copy.set(bytes, at);
    return copy;
  };

  it.each([
    ['truncated samples', file.subarray(0, -1), 'f: it is truncated: its chunk "data" has 11 bytes; want 12'],
    ['a truncated header', file.subarray(0, 30), 'f: it is truncated: its chunk "fmt " has 10 bytes; want 16'],
    ['no samples', file.subarray(0, 40), 'f: it is truncated: it ends without a chunk "data"'],
    ['an empty file', new Uint8Array(0), 'f: it is no WAV file; want one that starts with RIFF and WAVE'],
    ['another format', changed(0, 0x4f, 0x67, 0x67, 0x53), 'f: it is no WAV file'],
    ['mu-law', changed(20, 7), 'f: it holds mu-law of 16 bits; want PCM of 8, 16, 24 or 32 or float of 32 or 64'],
    ['an unknown codec', changed(20, 99, 1), 'f: it holds codec 355 of 16 bits'],
    ['12 bits', changed(34, 12), 'f: it holds PCM of 12 bits'],
    ['no channels', changed(22, 0), 'f: it has 0 channels at 16000 Hz; want at least 1 of each'],
    [
      'part of a frame',
      wavFile([samples], { dropped: 1 }),
      'f: it is truncated: 11 bytes of samples; want whole frames of 2',
    ],
    ['samples first', wavFile([samples], { dataFirst: true }), 'f: its samples come before what says how to read them'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeWav(bytes, 'f')).toThrow(message);
  });
});
