// Waveforms in sets, what augments them, and how Speech Commands and FSDD are sorted.
import { describe, expect, it } from 'vitest';
import {
  backgroundNoise,
  type Clips,
  chain,
  clipExamples,
  fitLength,
  gain,
  parseFsddName,
  partBySpeakers,
  Rng,
  type SpeechPart,
  sortSpeechCommands,
  speakerOf,
  timeShift,
  whiteNoise,
} from '../index.ts';

const rng = new Rng(0);
const of = (...values: number[]) => Float32Array.from(values);

describe('waveforms', () => {
  it('are cut and filled about their middles', () => {
    expect([...fitLength(of(1, 2, 3, 4, 5), 3)]).toEqual([2, 3, 4]);
    expect([...fitLength(of(1, 2, 3, 4), 3)]).toEqual([1, 2, 3]);
    expect([...fitLength(of(1, 2), 5)]).toEqual([0, 1, 2, 0, 0]);
    expect([...fitLength(of(), 2)]).toEqual([0, 0]);
    expect(() => fitLength(of(1), 0)).toThrow('fitLength: length is 0; want an integer of at least 1');
  });

  it('shift either way, as far as they are told', () => {
    const got = new Set(Array.from({ length: 60 }, () => String(timeShift(2)(of(1, 2, 3), rng))));
    expect([...got].sort()).toEqual(['0,0,1', '0,1,2', '1,2,3', '2,3,0', '3,0,0']);
    for (let i = 0; i < 30; i++) expect(timeShift(9)(of(1, 2, 3), rng)).toHaveLength(3);
    expect(() => timeShift(-1)).toThrow('timeShift: most is -1');
  });

  it('get louder by decibels', () => {
    const [value] = gain(20, 20)(of(0.01), rng);
    expect(value).toBeCloseTo(0.1, 6);
    for (let i = 0; i < 50; i++) expect(Math.abs(20 * Math.log10(gain(-6, 6)(of(1), rng)[0]!))).toBeLessThanOrEqual(6);
    expect(() => gain(3, 1)).toThrow('gain: from 3 to 1 dB; want two numbers in order');
  });

  it('get white noise of a level within the bound', () => {
    const deviations = Array.from({ length: 100 }, () => {
      const noise = whiteNoise(0.1)(new Float32Array(500), rng);
      return Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / 500);
    });
    expect(Math.max(...deviations)).toBeLessThan(0.115);
    expect(deviations.reduce((a, b) => a + b) / 100).toBeCloseTo(0.05, 1.5);
    expect(() => whiteNoise(-1)).toThrow('whiteNoise: most is -1');
  });

  it('get stretches of recordings', () => {
    const recording = Float32Array.from({ length: 100 }, (_, i) => i);
    const noise = backgroundNoise([recording], { probability: 1, volume: 1 });
    const starts = new Set<number>();
    for (let i = 0; i < 50; i++) {
      const [a, b, c] = noise(new Float32Array(3), rng);
      // level · (start, start + 1, start + 2)
      expect(c! - b!).toBeCloseTo(b! - a!, 4);
      expect(b! - a!).toBeLessThan(1);
      starts.add(Math.round(a! / (b! - a!)));
    }
    expect(starts.size).toBeGreaterThan(20);
    const silent = of(1, 2);
    expect(backgroundNoise([recording], { probability: 0 })(silent, rng)).toBe(silent);
    expect(() => backgroundNoise([])).toThrow('no recordings');
    expect(() => noise(new Float32Array(101), rng)).toThrow('a recording has 100 samples; want at least 101');
  });

  it('make examples', () => {
    const clips: Clips = {
      samples: of(1, 2, 3, 4),
      labels: Int32Array.of(0, 1),
      length: 2,
      sampleRate: 8000,
      classes: ['a', 'b'],
    };
    expect([...clipExamples(clips).read(1, rng)]).toEqual([3, 4]);
    const examples = clipExamples(clips, chain(gain(20, 20), gain(-40, -40)));
    expect(examples.shape).toEqual([2]);
    expect(examples.read(1, rng)[1]).toBeCloseTo(0.4, 6);
    expect([...clips.samples]).toEqual([1, 2, 3, 4]);
  });
});

describe('parseFsddName', () => {
  it.each([
    ['7_jackson_32.wav', { digit: 7, speaker: 'jackson', part: 'train' }],
    ['recordings/0_theo_4.wav', { digit: 0, speaker: 'theo', part: 'test' }],
    ['1_a_b_5.WAV', { digit: 1, speaker: 'a_b', part: 'train' }],
    ['10_theo_4.wav', null],
    ['7_jackson.wav', null],
    ['7_jackson_1.mp3', null],
  ])('%s', (name, want) => {
    expect(parseFsddName(name)).toEqual(want);
  });
});

describe('sortSpeechCommands', () => {
  const words = ['go', 'stop', 'bed', 'cat'];
  const names = [
    ...words.flatMap((word) => Array.from({ length: 20 }, (_, i) => `${word}/${i}_nohash_0.wav`)),
    '_background_noise_/hum.wav',
    'README.md',
  ];
  const partOf = (name: string): SpeechPart => {
    const speaker = Number(/(\d+)_nohash/.exec(name)![1]);
    return speaker < 2 ? 'validation' : speaker < 4 ? 'test' : 'train';
  };
  const sort = (options = {}, list = names) => sortSpeechCommands(list, partOf, 'set', options);

  it('takes all words, sorted', () => {
    const { classes, parts, background } = sort();
    expect(classes).toEqual(['bed', 'cat', 'go', 'stop']);
    expect([parts.train, parts.validation, parts.test].map(({ labels }) => labels.length)).toEqual([64, 8, 8]);
    expect(background).toEqual(['_background_noise_/hum.wav']);
    expect(parts.test.names[2]).toBe('cat/2_nohash_0.wav');
    expect([...parts.test.labels]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it('takes some words, others as unknown, and silence', () => {
    const { classes, parts } = sort({ words: ['stop', 'go'], unknown: 0.5, silence: 0.25, seed: 1 });
    expect(classes).toEqual(['stop', 'go', 'unknown', 'silence']);
    const { names, labels } = parts.train;
    const of = (label: number) => names.filter((_, i) => labels[i] === label);
    expect([0, 1, 2, 3].map((label) => of(label).length)).toEqual([16, 16, 16, 8]);
    expect(of(0).every((name) => name!.startsWith('stop/'))).toBe(true);
    expect(new Set(of(2)).size).toBe(16);
    expect(of(2).every((name) => /^(bed|cat)\//.test(name!) && partOf(name!) === 'train')).toBe(true);
    expect(of(3).every((name) => name === null)).toBe(true);
    expect(sort({ words: ['stop', 'go'], unknown: 0.5, seed: 2 }).parts.train.names).not.toEqual(
      sort({ words: ['stop', 'go'], unknown: 0.5, seed: 1 }).parts.train.names,
    );
  });

  it('passes over a folder round all others', () => {
    const inside = names.map((name) => `speech_commands/${name}`).filter((name) => !name.endsWith('.md'));
    const { classes, parts } = sort({}, inside);
    expect(classes).toEqual(['bed', 'cat', 'go', 'stop']);
    expect(parts.test.names[0]).toBe('speech_commands/bed/2_nohash_0.wav');
  });

  it.each([
    [{ words: ['go', 'went'] }, 'set: there are no recordings of "went"; it has go, stop, bed, cat'],
    [{ words, unknown: 0.1 }, 'set: unknown is 0.1, but there are no other words than the 4 asked for'],
    [{ silence: 2 }, 'Speech Commands: silence is 2; want a share from 0 to 1'],
  ])('refuses %o', (options, message) => {
    expect(() => sort(options)).toThrow(message);
  });
});

describe('partBySpeakers', () => {
  const names = Array.from({ length: 200 }, (_, i) => `word${i % 4}/${i % 20}_nohash_${i % 5}.wav`);

  it('keeps each speaker in one part, a tenth of them for validation and for the test', () => {
    const partOf = partBySpeakers(names);
    const speakers = new Map<string, Set<string>>();
    for (const name of names) {
      const speaker = speakerOf(name);
      speakers.set(speaker, (speakers.get(speaker) ?? new Set()).add(partOf(name)));
    }
    const parts = [...speakers.values()].map((set) => [...set].join());
    const count = (part: string) => parts.filter((one) => one === part).length;
    expect([count('train'), count('validation'), count('test')]).toEqual([16, 2, 2]);
    expect(names.map(partBySpeakers(names, 1))).not.toEqual(names.map(partOf));
    expect(names.map(partBySpeakers(names.toReversed()))).toEqual(names.map(partOf));
  });
});
