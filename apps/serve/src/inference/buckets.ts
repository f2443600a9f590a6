// Inputs that wait to be computed, by what can be computed together: the same version of a model, the same operation, the
// same bucket of lengths.
import type { Job } from './job.ts';
import type { Version } from './version.ts';

export interface BatchLimits {
  /** inputs in a batch, at most */
  readonly maxBatch: number;
  /** positions in a batch, at most; a single input may have more */
  readonly maxBatchPositions: number;
  /** milliseconds from an input's arrival after which it waits for no others */
  readonly batchWaitMs: number;
}

/** A batch that may be run. */
export interface Batch {
  readonly version: Version;
  readonly jobs: readonly Job[];
}

class Bucket {
  /** in order of arrival */
  readonly jobs = new Set<Job>();
  positions = 0;
  constructor(readonly version: Version) {}

  get oldest(): Job {
    return this.jobs.values().next().value!;
  }
}

/** The buckets of all models. */
export class Buckets {
  readonly #limits: BatchLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Adds a job that has been prepared. */
  add(job: Job): void {
    const key = keyOf(job);
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new Bucket(job.version!);
      this.#buckets.set(key, bucket);
    }
    bucket.jobs.add(job);
    bucket.positions += job.prepared!.positions;
  }

  /** Takes a job out that is not to be computed. @returns whether it was in */
  remove(job: Job): boolean {
    if (!job.prepared || !job.version) return false;
    const key = keyOf(job);
    const bucket = this.#buckets.get(key);
    if (!bucket?.jobs.delete(job)) return false;
    this.#shrink(key, bucket, job.prepared.positions);
    return true;
  }

  /**
   * Takes the batch that is to be run next: of the buckets that are full or have waited long enough, the one with the job that
   * came first.
   *
   * @param fits whether the worker that asks has this version
   * @param isBusy whether it computes already. Then batches had better grow as long as none is full; once one is, it is still the
   *   first to come that is the first to go, as workers that always have a full batch to compute would never take another
   */
  take(now: number, fits: (version: Version) => boolean, isBusy: boolean): Batch | null {
    let best: [string, Bucket] | null = null;
    let someFull = false;
    for (const [key, bucket] of this.#buckets) {
      if (!fits(bucket.version)) continue;
      const { oldest } = bucket;
      const isFull = this.#isFull(bucket);
      someFull ||= isFull;
      const isDue = isFull || now >= this.#dueAt(oldest);
      if (isDue && (best === null || oldest.arrived < best[1].oldest.arrived)) best = [key, bucket];
    }
    return best && (someFull || !isBusy) ? this.#cut(...best) : null;
  }

  /** When the next bucket will have waited long enough that has not yet; null when there is none. Those that have wait for a worker. */
  nextDue(now: number): number | null {
    let next: number | null = null;
    for (const { oldest } of this.#buckets.values()) {
      const due = this.#dueAt(oldest);
      if (now < due && (next === null || due < next)) next = due;
    }
    return next;
  }

  #dueAt({ alone, arrived }: Job): number {
    return alone ? arrived : arrived + this.#limits.batchWaitMs;
  }

  #isFull({ jobs, positions, oldest }: Bucket): boolean {
    const { maxBatch, maxBatchPositions } = this.#limits;
    if (oldest.alone) return true;
    // Full, too, when one more of the mean size would not fit.
    return jobs.size >= maxBatch || positions + positions / jobs.size > maxBatchPositions;
  }

  #cut(key: string, bucket: Bucket): Batch {
    const { maxBatch, maxBatchPositions } = this.#limits;
    const jobs: Job[] = [];
    let positions = 0;
    for (const job of bucket.jobs) {
      const more = positions + job.prepared!.positions;
      if (jobs.length > 0 && (jobs.length >= maxBatch || more > maxBatchPositions)) break;
      jobs.push(job);
      positions = more;
    }
    for (const job of jobs) bucket.jobs.delete(job);
    this.#shrink(key, bucket, positions);
    return { version: bucket.version, jobs };
  }

  #shrink(key: string, bucket: Bucket, positions: number): void {
    bucket.positions -= positions;
    if (bucket.jobs.size === 0) this.#buckets.delete(key);
  }
}

const keyOf = ({ version, operation, prepared, alone, id }: Job) =>
  `${version!.id}|${operation}|${prepared!.bucket}${alone ? `|alone ${id}` : ''}`;
