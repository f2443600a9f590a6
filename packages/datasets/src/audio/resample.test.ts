// Resampled tones against tones computed at the other rate, and aliases against silence.
import { describe, expect, it } from 'vitest';
import { resample } from '../index.ts';

const tone = (frequency: number, rate: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate + 0.3));

/** The largest difference, or value, away from the ends, where the sound begins and stops. */
function inside(values: Float32Array, want: (i: number) => number, margin: number): number {
  let most = 0;
  for (let i = margin; i < values.length - margin; i++) most = Math.max(most, Math.abs(values[i]! - want(i)));
  return most;
}

describe('resample', () => {
  it.each([
    [44_100, 16_000, 440],
    [44_100, 16_000, 6_800],
    [48_000, 16_000, 6_800],
    [8_000, 16_000, 3_400],
    [22_050, 16_000, 1_000],
    [16_000, 8_000, 3_400],
    [16_000, 44_100, 5_000],
    [11_025, 16_000, 3_000],
  ])('from %i Hz to %i Hz keeps a tone of %i Hz', (from, to, frequency) => {
    const got = resample(tone(frequency, from, 4000), from, to);
    expect(got).toHaveLength(Math.ceil((4000 * to) / from));
    const want = tone(frequency, to, got.length);
    expect(inside(got, (i) => want[i]!, Math.ceil((60 * to) / Math.min(from, to)))).toBeLessThan(1e-4);
  });

  it.each([
    [16_000, 8_000, 4_100],
    [16_000, 8_000, 6_500],
    [44_100, 16_000, 9_000],
    [48_000, 16_000, 20_000],
  ])('from %i Hz to %i Hz removes a tone of %i Hz, which would fold back', (from, to, frequency) => {
    expect(inside(resample(tone(frequency, from, 6000), from, to), () => 0, 120)).toBeLessThan(1e-4);
  });

  it('makes no images of a tone when it goes up', () => {
    // What is not the tone itself would show as a difference.
    const got = resample(tone(3_000, 8_000, 3000), 8_000, 48_000);
    const want = tone(3_000, 48_000, got.length);
    expect(inside(got, (i) => want[i]!, 600)).toBeLessThan(1e-4);
  });

  it('keeps the level of what does not change exactly', () => {
    const got = resample(new Float32Array(1000).fill(0.5), 44_100, 16_000);
    expect(inside(got, () => 0.5, 60)).toBeLessThan(1e-6);
  });

  it('gives the same whatever rates were asked for in between', () => {
    const samples = tone(440, 8000, 64);
    const first = resample(samples, 8000, 6000);
    for (let rate = 1; rate <= 40; rate++) resample(samples.subarray(0, 8), 8000, 100 * rate);
    expect(resample(samples, 8000, 6000)).toEqual(first);
  });

  it('gives the same samples at the same rate, and none of none', () => {
    const samples = tone(100, 8000, 50);
    expect(resample(samples, 8000, 8000)).toBe(samples);
    expect(resample(new Float32Array(0), 8000, 16_000)).toHaveLength(0);
  });

  it.each([
    [44_100, 16_000, 100],
    [8000, 16_000, 101],
    [16_000, 8000, 64],
    [7992, 8000, 50],
    [8000, 8000, 33],
    [8000, 16_000, 5000],
  ])('from %i Hz to %i Hz gives the middle %i samples as they are in the whole', (from, to, most) => {
    const samples = tone(440, from, 600);
    const whole = resample(samples, from, to);
    const begin = Math.max(0, (whole.length - most) >> 1);
    expect(resample(samples, from, to, most)).toEqual(whole.slice(begin, begin + most));
  });

  it.each([
    [4_294_967_295, 16_000],
    [4_294_960_000, 16_000],
    [1, 16_000],
    [16_000, 62],
    [15_991, 16_000],
  ])('refuses %i Hz to %i Hz, which would take memory or time without end', (from, to) => {
    expect(() => resample(new Float32Array(8), from, to)).toThrow(
      `resample: the sound has ${from} samples a second, which cannot be brought to ${to} in reasonable time; want a rate such as`,
    );
  });

  it('refuses rates that are none', () => {
    expect(() => resample(new Float32Array(1), 0, 8000)).toThrow(
      'resample: from is 0 Hz; want an integer of at least 1',
    );
    expect(() => resample(new Float32Array(1), 8000, 1.5)).toThrow('resample: to is 1.5 Hz');
  });
});
