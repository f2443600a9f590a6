// How a run shows itself while it goes: a bar on a terminal, plain lines every few seconds otherwise.
import cliProgress from 'cli-progress';
import { type Io, say } from '../io.ts';
import * as format from './format.ts';

/** What is known after a step. */
export interface StepReport {
  /** 1 for the first step of a run */
  readonly step: number;
  readonly loss: number;
  /** of this step's batch, 0 to 1 */
  readonly accuracy: number;
}

/** The mean of the last few numbers. */
class RunningMean {
  readonly #values: number[] = [];
  constructor(readonly size: number) {}
  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > this.size) this.#values.shift();
  }
  get value(): number {
    return this.#values.reduce((sum, v) => sum + v, 0) / this.#values.length;
  }
}

/** Loss, accuracy, tokens a second and time to go, while a run goes. */
export class Progress {
  readonly #io: Io;
  readonly #total: number;
  readonly #tokensPerStep: number;
  readonly #everyMs: number;
  readonly #first: number;
  readonly #bar: cliProgress.SingleBar | null;
  readonly #loss = new RunningMean(25);
  readonly #accuracy = new RunningMean(25);
  /** times of the last steps, for a rate that follows the machine */
  readonly #times: number[] = [];
  #lastLine = 0;

  /**
   * @param io where it is shown
   * @param options `total` steps at most, `from` steps done before this run began, `tokensPerStep`, and `everySeconds`
   *   between two lines when there is no terminal
   */
  constructor(
    io: Io,
    options: {
      readonly total: number;
      readonly from: number;
      readonly tokensPerStep: number;
      readonly everySeconds: number;
    },
  ) {
    this.#io = io;
    this.#total = options.total;
    this.#first = options.from;
    this.#tokensPerStep = options.tokensPerStep;
    this.#everyMs = options.everySeconds * 1000;
    this.#times.push(performance.now());
    this.#lastLine = performance.now();
    this.#bar = io.terminal
      ? new cliProgress.SingleBar(
          {
            format:
              '{bar} {percentage}% | step {value}/{total} | loss {loss} | accuracy {accuracy} | {rate} tokens/s | {left} left',
            stream: io.terminal,
            hideCursor: true,
            linewrap: false,
            fps: 5,
            barsize: 20,
          },
          cliProgress.Presets.shades_classic,
        )
      : null;
    this.#bar?.start(this.#total, this.#first, { loss: '-', accuracy: '-', rate: '-', left: '?' });
  }

  /** Shows that a step is done. */
  step(report: StepReport): void {
    const now = performance.now();
    this.#times.push(now);
    if (this.#times.length > 51) this.#times.shift();
    this.#loss.add(report.loss);
    this.#accuracy.add(report.accuracy);
    const secondsPerStep = (now - this.#times[0]!) / 1000 / (this.#times.length - 1);
    const shown = {
      loss: format.loss(this.#loss.value),
      accuracy: format.percent(this.#accuracy.value),
      rate: format.count(this.#tokensPerStep / secondsPerStep),
      left: format.duration(secondsPerStep * (this.#total - report.step)),
    };
    if (this.#bar) {
      this.#bar.update(report.step, shown);
      return;
    }
    const isFirst = report.step === this.#first + 1;
    if (!isFirst && report.step !== this.#total && now - this.#lastLine < this.#everyMs) return;
    this.#lastLine = now;
    say(
      this.#io,
      `step ${report.step}/${this.#total}  loss ${shown.loss}  accuracy ${shown.accuracy}  ${shown.rate} tokens/s  ${shown.left} left`,
    );
  }

  /** Prints a line of its own, above the bar if there is one. */
  note(line: string): void {
    if (this.#bar && this.#io.terminal) this.#io.terminal.write('\r\x1b[2K');
    say(this.#io, line);
  }

  /** Takes the bar off the terminal; call it however the run ends. */
  stop(): void {
    this.#bar?.stop();
  }
}
