// Which batch is run next, and when.
import { describe, expect, it } from 'vitest';
import type { Operation } from '../workers/messages.ts';
import { Buckets } from './buckets.ts';
import { Job } from './job.ts';
import { Version } from './version.ts';

const versions = [1, 2].map((id) => new Version(id, `m${id}`, 1, 'folder', 'signature'));
let ids = 0;

/** A prepared job of so many positions, which are its bucket, too. */
function jobOf(arrived: number, positions = 1, version = versions[0]!, operation: Operation = 'answer'): Job {
  const settle = { resolve: () => {}, reject: () => {} };
  const request = { model: version.model, operation, input: { kind: 'text', text: '' } as const, options: {} };
  const job = new Job(++ids, request, arrived, settle);
  job.version = version;
  job.prepared = { task: 'recall', bucket: `${positions}`, positions };
  return job;
}

const bucketsOf = (jobs: readonly Job[]) => {
  const buckets = new Buckets({ maxBatch: 3, maxBatchPositions: 100, batchWaitMs: 10 });
  for (const job of jobs) buckets.add(job);
  return buckets;
};
const any = () => true;

describe('Buckets', () => {
  it('gives a batch when it has waited long enough, and says when that is', () => {
    const [a, b] = [jobOf(100), jobOf(105)];
    const buckets = bucketsOf([a, b]);
    expect(buckets.take(109.999, any, false)).toBeNull();
    expect(buckets.nextDue(109.999)).toBe(110);
    // What is not taken at a time is due after it: nobody waits for a time that has passed.
    expect(buckets.nextDue(110)).toBeNull();
    expect(buckets.take(110, any, false)?.jobs).toEqual([a, b]);
    expect(buckets.take(110, any, false)).toBeNull();
  });

  it('gives full ones at once, also to who computes already', () => {
    const jobs = [1, 2, 3, 4].map((arrived) => jobOf(arrived));
    const buckets = bucketsOf(jobs);
    expect(buckets.take(4, any, true)?.jobs).toEqual(jobs.slice(0, 3));
    expect(buckets.take(1000, any, true)).toBeNull();
    expect(buckets.take(1000, any, false)?.jobs).toEqual(jobs.slice(3));
  });

  it('lets nothing wait behind full batches that came later, as there may be no end of these', () => {
    const [rare, ...many] = [jobOf(1, 7), ...[20, 21, 22, 23, 24, 25].map((arrived) => jobOf(arrived))];
    const buckets = bucketsOf([rare!, ...many]);
    expect(buckets.take(25, any, true)?.jobs).toEqual([rare]);
    expect(buckets.take(25, any, true)?.jobs).toEqual(many.slice(0, 3));
  });

  it('gives what is to be alone also to who computes already: it will not grow', () => {
    const job = jobOf(1);
    job.alone = true;
    expect(bucketsOf([job]).take(1, any, true)?.jobs).toEqual([job]);
  });

  it('keeps to the positions, but for one that has more by itself', () => {
    const [a, b, c] = [jobOf(1, 40), jobOf(2, 40), jobOf(3, 40)];
    const buckets = bucketsOf([a, b, c]);
    expect(buckets.take(3, any, false)?.jobs).toEqual([a, b]);
    const long = jobOf(3, 500);
    expect(bucketsOf([long]).take(3, any, false)?.jobs).toEqual([long]);
  });

  it('keeps apart what cannot be computed together, oldest first', () => {
    const jobs = [jobOf(3, 1), jobOf(2, 2), jobOf(4, 1, versions[1]), jobOf(1, 1, versions[0], 'embed'), jobOf(5, 1)];
    const buckets = bucketsOf(jobs);
    const taken = [1, 2, 3, 4].map(() => buckets.take(100, any, false)!.jobs.map((job) => jobs.indexOf(job)));
    expect(taken).toEqual([[3], [1], [0, 4], [2]]);
  });

  it('gives a worker only what it has, and computes alone what is to be alone', () => {
    const [a, b, c] = [jobOf(1), jobOf(2), jobOf(3, 1, versions[1])];
    a.alone = true;
    const buckets = bucketsOf([a, b, c]);
    const second = (version: Version) => version === versions[1];
    expect(buckets.take(100, second, false)?.jobs).toEqual([c]);
    expect(buckets.take(1, any, false)?.jobs).toEqual([a]);
    expect(buckets.take(100, any, false)?.jobs).toEqual([b]);
  });

  it('forgets what is taken out', () => {
    const [a, b] = [jobOf(1), jobOf(2)];
    const buckets = bucketsOf([a, b]);
    expect([buckets.remove(a), buckets.remove(a)]).toEqual([true, false]);
    expect(buckets.take(100, any, false)?.jobs).toEqual([b]);
    expect(buckets.nextDue(0)).toBeNull();
  });
});
