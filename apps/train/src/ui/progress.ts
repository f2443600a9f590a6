// How a run shows itself while it goes: a bar on a terminal, plain lines every few seconds otherwise.
import cliProgress from 'cli-progress';
import { type Io, say } from '../io.ts';
import * as format from './format.ts';

/** What is known after a step. */
export interface StepReport {
  /** 1 for the first step of a run */
  readonly step: number;
  /** running mean */
  readonly loss: number;
  /** running mean, 0 to 1; left out by tasks without */
  readonly accuracy?: number;
  readonly tokensPerSecond: number;
  readonly etaSeconds: number;
}

/** How much of a terminal's line the bar may take: the numbers beside it come first, and want up to 71 columns. */
function barSize(columns = 80): number {
  return Math.max(4, Math.min(20, columns - 73));
}

/** Loss, accuracy, tokens a second and time to go, while a run goes. */
export class Progress {
  readonly #io: Io;
  readonly #total: number;
  readonly #everyMs: number;
  readonly #first: number;
  readonly #bar: cliProgress.SingleBar | null;
  #lastLine = 0;

  /**
   * @param io where it is shown
   * @param options `total` steps at most, `from` steps done before this run began, and `everySeconds` between two
   *   lines when there is no terminal
   */
  constructor(
    io: Io,
    options: {
      readonly total: number;
      readonly from: number;
      readonly everySeconds: number;
    },
  ) {
    this.#io = io;
    this.#total = options.total;
    this.#first = options.from;
    this.#everyMs = options.everySeconds * 1000;
    this.#lastLine = performance.now();
    this.#bar = io.terminal
      ? new cliProgress.SingleBar(
          {
            format: '{bar} {value}/{total}  loss {loss}  {accuracy}{rate} tokens/s  {left} left',
            stream: io.terminal,
            hideCursor: true,
            linewrap: false,
            // Its own SIGINT handler would take the bar off while the last step is still to be shown.
            gracefulExit: false,
            fps: 5,
            barsize: barSize(io.terminal.columns),
          },
          cliProgress.Presets.shades_classic,
        )
      : null;
    this.#bar?.start(this.#total, this.#first, { loss: '-', accuracy: '', rate: '-', left: '?' });
  }

  /** Shows that a step is done. */
  step(report: StepReport): void {
    const now = performance.now();
    const shown = {
      loss: format.loss(report.loss),
      rate: format.count(report.tokensPerSecond),
      left: format.duration(report.etaSeconds),
    };
    const accuracy = report.accuracy === undefined ? null : format.percent(report.accuracy);
    if (this.#bar) {
      this.#bar.update(report.step, { ...shown, accuracy: accuracy === null ? '' : `acc ${accuracy}  ` });
      return;
    }
    const isFirst = report.step === this.#first + 1;
    if (!isFirst && report.step !== this.#total && now - this.#lastLine < this.#everyMs) return;
    this.#lastLine = now;
    say(
      this.#io,
      `step ${report.step}/${this.#total}  loss ${shown.loss}  ${accuracy === null ? '' : `accuracy ${accuracy}  `}${shown.rate} tokens/s  ${shown.left} left`,
    );
  }

  /** Prints a line of its own, above the bar if there is one. */
  note(line: string): void {
    const terminal = this.#bar && this.#io.terminal;
    terminal?.write('\r\x1b[2K');
    say(this.#io, line);
    // At its end the bar puts the cursor back to where it was saved: that is now a line further down.
    terminal?.write('\x1b7');
  }

  /** Takes the bar off the terminal; call it however the run ends. */
  stop(): void {
    this.#bar?.stop();
  }
}
