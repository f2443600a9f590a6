// Gathers a run's news: a step may take a millisecond, and a page wants to draw ten times a second.
import type { EvaluationPoint, LearnProgress, StepPoint } from '../../shared/learn.ts';

/** Milliseconds between two pieces of news. */
const EVERY = 100;

export class ProgressLog {
  readonly #tell: (progress: LearnProgress) => void;
  #steps: StepPoint[] = [];
  #evaluations: EvaluationPoint[] = [];
  #tokensPerSecond = 0;
  #stepMs = 0;
  #last = performance.now();

  constructor(tell: (progress: LearnProgress) => void) {
    this.#tell = tell;
  }

  addStep(point: StepPoint, tokensPerSecond: number, stepMs: number): void {
    this.#steps.push(point);
    this.#tokensPerSecond = tokensPerSecond;
    this.#stepMs = stepMs;
    if (performance.now() - this.#last >= EVERY) this.flush();
  }

  addEvaluation(point: EvaluationPoint): void {
    this.#evaluations.push(point);
    this.flush();
  }

  /** Tells what has not been told. */
  flush(): void {
    this.#last = performance.now();
    if (this.#steps.length === 0 && this.#evaluations.length === 0) return;
    this.#tell({
      steps: this.#steps,
      evaluations: this.#evaluations,
      tokensPerSecond: this.#tokensPerSecond,
      stepMs: this.#stepMs,
    });
    this.#steps = [];
    this.#evaluations = [];
  }
}
