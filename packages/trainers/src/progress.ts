// Running means, speed and the time to go, as the events of a run carry them.

/** The mean of the last numbers of each name. */
export class RunningMeans {
  readonly #window: number;
  readonly #values = new Map<string, number[]>();

  constructor(window: number) {
    this.#window = window;
  }

  add(scores: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(scores)) {
      const values = this.#values.get(name) ?? [];
      values.push(value);
      if (values.length > this.#window) values.shift();
      this.#values.set(name, values);
    }
  }

  get means(): Record<string, number> {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return Object.fromEntries([...this.#values].map(([name, values]) => [name, mean(values)]));
  }
}

export interface Speed {
  /** The last step's, in milliseconds; of steps that became known together, their mean. */
  readonly stepMs: number;
  /** Over the last steps, evaluations and checkpoints left out. */
  readonly tokensPerSecond: number;
  readonly elapsedSeconds: number;
  /** Evaluations and checkpoints counted in. */
  readonly etaSeconds: number;
}

/** Measures a run: `begin` before a step when none is under way, `end` whenever some have become known. */
export class Stopwatch {
  readonly #started = performance.now();
  readonly #times: number[] = [];
  #begun = 0;
  #done = 0;

  begin(): void {
    this.#begun = performance.now();
  }

  /**
   * @param tokens of a step
   * @param steps that have become known
   * @param now when that was
   */
  end(tokens: number, stepsLeft: number, steps = 1, now = performance.now()): Speed {
    const stepMs = (now - this.#begun) / steps;
    this.#begun = now;
    for (let step = 0; step < steps; step++) this.#times.push(stepMs);
    this.#times.splice(0, this.#times.length - 20);
    this.#done += steps;
    const recent = this.#times.reduce((sum, time) => sum + time, 0);
    const elapsed = now - this.#started;
    return {
      stepMs,
      tokensPerSecond: (1000 * tokens * this.#times.length) / recent,
      elapsedSeconds: elapsed / 1000,
      etaSeconds: ((elapsed / this.#done) * stepsLeft) / 1000,
    };
  }

  get elapsedSeconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}
