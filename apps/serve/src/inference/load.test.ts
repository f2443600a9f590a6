// When a queue is too long: by number, and by what computing has cost so far.
import { describe, expect, it } from 'vitest';
import { Cost } from './cost.ts';
import { Job } from './job.ts';
import { Load } from './load.ts';
import { Version } from './version.ts';

const version = () => new Version(1, 'm', 1, 'folder', 'signature');

function jobOf(of: Version, positions: number | null): Job {
  const settle = { resolve: () => {}, reject: () => {} };
  const job = new Job(
    1,
    { model: 'm', operation: 'answer', input: { kind: 'text', text: '' }, options: {} },
    0,
    settle,
  );
  job.version = of;
  if (positions !== null) job.prepared = { task: 'recall', bucket: '', positions };
  return job;
}

describe('Cost', () => {
  it('knows nothing at first, and tells batches from single inputs', () => {
    const cost = new Cost();
    expect(cost.estimate(4, 100, 0)).toBe(0);
    cost.observe(1, 10, 20);
    expect(cost.estimate(1, 10, 0)).toBe(20);
    expect(cost.estimate(4, 40, 0)).toBe(80);
    cost.observe(4, 40, 20);
    expect(cost.estimate(4, 40, 0)).toBe(20);
    expect(cost.estimate(1, 10, 0)).toBe(20);
  });

  it('follows what it sees, and takes the mean for what it does not know', () => {
    const cost = new Cost();
    cost.observe(2, 20, 20);
    for (let i = 0; i < 40; i++) cost.observe(2, 20, 40);
    expect(cost.estimate(2, 20, 0)).toBeCloseTo(40, 2);
    expect(cost.estimate(3, 20, 1)).toBeCloseTo(60, 2);
  });
});

describe('Cost, when the machine', () => {
  it('hiccups once, hardly minds; when it stays slow, knows it soon', () => {
    const cost = new Cost();
    cost.observe(1, 1, 10);
    cost.observe(1, 1, 2000);
    expect(cost.estimate(1, 1, 0)).toBeLessThanOrEqual(12.5);
    for (let i = 0; i < 30; i++) cost.observe(1, 1, 100);
    expect(cost.estimate(1, 1, 0)).toBeGreaterThan(95);
  });
});

describe('Load', () => {
  const load = () => new Load({ queueLimit: 10, deadlineMs: 1000 });

  it('an empty queue takes anything', () => {
    const of = version();
    of.cost.observe(1, 1, 1e6);
    expect(load().refuses(0, 1)).toBeNull();
  });

  it('refuses beyond the number', () => {
    expect(load().refuses(9, 1)).toBeNull();
    expect(load().refuses(10, 1)).toBe(1);
  });

  it('refuses what could not be answered in time, and says when to come back', () => {
    const [of, sums] = [version(), load()];
    of.cost.observe(4, 40, 4000);
    const jobs = [0, 1, 2].map(() => jobOf(of, null));
    for (const job of jobs) sums.bound(job);
    expect(sums.estimate(1)).toBe(3000);
    expect(sums.refuses(3, 1)).toBe(3);
    expect(sums.estimate(3)).toBe(1000);
    for (const job of jobs) sums.unbound(job);
    expect(sums.estimate(1)).toBe(0);
  });

  it('counts prepared inputs by their positions', () => {
    const [of, sums] = [version(), load()];
    of.cost.observe(2, 20, 20);
    const job = jobOf(of, null);
    sums.bound(job);
    job.prepared = { task: 'recall', bucket: '', positions: 500 };
    sums.prepared(job);
    expect(sums.estimate(1)).toBe(500);
    sums.unbound(job);
    expect(sums.estimate(1)).toBe(0);
  });
});
