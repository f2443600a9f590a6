// How much there is to do, and whether another request could still be answered in time: a queue that is longer than that only
// makes everybody late.
import type { Job } from './job.ts';
import type { Version } from './version.ts';

export interface LoadLimits {
  readonly queueLimit: number;
  readonly deadlineMs: number;
}

interface Sum {
  count: number;
  /** of the jobs that have been prepared */
  positions: number;
  unknown: number;
}

/** The share of the deadline that the work before a request may take: estimates are not exact, and it has to be computed, too. */
const usable = 0.8;
const longestRetry = 60;

export class Load {
  readonly #limits: LoadLimits;
  readonly #sums = new Map<Version, Sum>();

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  /** A job has its version; its positions are not known yet. */
  bound({ version }: Job): void {
    const sum = this.#sums.get(version!) ?? { count: 0, positions: 0, unknown: 0 };
    this.#sums.set(version!, sum);
    sum.count++;
    sum.unknown++;
  }

  prepared({ version, prepared }: Job): void {
    const sum = this.#sums.get(version!)!;
    sum.unknown--;
    sum.positions += prepared!.positions;
  }

  /** A job is done, or begins anew. */
  unbound({ version, prepared }: Job): void {
    const sum = this.#sums.get(version!)!;
    sum.count--;
    if (prepared) sum.positions -= prepared.positions;
    else sum.unknown--;
    if (sum.count === 0) this.#sums.delete(version!);
  }

  /** Milliseconds that so many engines need for all there is, as far as costs are known. */
  estimate(engines: number): number {
    let total = 0;
    for (const [{ cost }, { count, positions, unknown }] of this.#sums)
      total += cost.estimate(count, positions, unknown);
    return total / Math.max(1, engines);
  }

  /**
   * Whether another request is too many.
   *
   * @returns null when it is welcome, or the seconds after which there may be room
   */
  refuses(waiting: number, engines: number): number | null {
    const { queueLimit, deadlineMs } = this.#limits;
    if (waiting === 0) return null;
    const ms = this.estimate(engines);
    if (waiting < queueLimit && ms <= usable * deadlineMs) return null;
    return Math.min(longestRetry, Math.max(1, Math.ceil(ms / 1000)));
  }
}
