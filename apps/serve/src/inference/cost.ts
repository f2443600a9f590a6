// What computing costs, learned from what was computed: from it follow how long a queue takes and when to try again.

/** How fast an average follows: one new observation counts a quarter. */
const share = 0.25;
/** So many times the average is the most that one observation counts: a hiccup of the machine is no slow model. */
const most = 2;

/** Milliseconds a position, apart for single inputs and for batches, which cost less each. */
export class Cost {
  #alone: number | null = null;
  #batched: number | null = null;
  #positions = 0;

  /** Learns from a batch of `count` inputs and `positions` in all that took `ms`. */
  observe(count: number, positions: number, ms: number): void {
    const each = ms / Math.max(1, positions);
    const follow = (before: number | null) =>
      before === null ? each : before + share * (Math.min(each, most * before) - before);
    if (count === 1) this.#alone = follow(this.#alone);
    else this.#batched = follow(this.#batched);
    const mean = positions / count;
    this.#positions = this.#positions === 0 ? mean : this.#positions + share * (mean - this.#positions);
  }

  /**
   * Milliseconds that one worker needs for `count` inputs that wait together; 0 before anything was observed.
   *
   * @param positions of those whose positions are known
   * @param unknown how many of them are not known yet: they count as the mean of what was computed
   */
  estimate(count: number, positions: number, unknown: number): number {
    const each = count > 1 ? (this.#batched ?? this.#alone) : (this.#alone ?? this.#batched);
    return (each ?? 0) * (positions + unknown * this.#positions);
  }
}
