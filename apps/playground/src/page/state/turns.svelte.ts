// What a visitor asks for, one thing after another: none overtakes the one before it, and what went wrong in the last is kept to be
// shown.
import { messageOf } from '../words.ts';

export class Turns {
  error = $state<string | null>(null);
  #waiting = $state(0);
  readonly isBusy = $derived(this.#waiting > 0);
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does `work` once all before it is done.
   *
   * @returns whether it succeeded; if not, `error` says why
   */
  take(work: () => Promise<void>): Promise<boolean> {
    this.#waiting++;
    const turn = this.#last.then(async () => {
      this.error = null;
      try {
        await work();
        return true;
      } catch (error) {
        this.error = messageOf(error);
        return false;
      } finally {
        this.#waiting--;
      }
    });
    this.#last = turn;
    return turn;
  }
}
