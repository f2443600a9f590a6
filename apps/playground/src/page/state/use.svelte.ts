// The model that was dropped on the page Use, and its last answer.
import digits from '../../sample/digits.zip?url';
import type { Opened } from '../../shared/use.ts';
import { engine } from './engine.svelte.ts';
import { Turns } from './turns.svelte.ts';

class Use extends Turns {
  opened = $state.raw<Opened | null>(null);
  answer = $state.raw<unknown>(null);
  #files: ReadonlyMap<string, Uint8Array> | null = null;
  #latest = 0;

  constructor() {
    super();
    // To another engine the model goes as it came: from its files.
    const arrive = async () => {
      if (this.#files) await this.open(this.#files);
    };
    engine.movers.push({ leave: async () => arrive, lose: () => arrive });
  }

  open(files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
    return this.take(() => this.#open(files));
  }

  async #open(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const worker = await engine.worker();
    const opened = await worker.call('use.open', files);
    this.clear();
    this.opened = opened;
    this.#files = files;
  }

  /** The model of digits that comes with the page. */
  openDigits(): Promise<boolean> {
    return this.take(async () => {
      const response = await fetch(digits);
      if (!response.ok) throw new Error(`${digits}: the server answers ${response.status}`);
      await this.#open(new Map([['digits.zip', new Uint8Array(await response.arrayBuffer())]]));
    });
  }

  /**
   * Asks the model. Of several questions that wait, as those of a drawing do, the last alone is answered.
   *
   * @returns whether `answer` is that of this question
   */
  async ask(input: unknown, options: unknown = {}): Promise<boolean> {
    const request = ++this.#latest;
    let isAnswered = false;
    await this.take(async () => {
      if (request !== this.#latest) return;
      try {
        const worker = await engine.worker();
        const { answer } = await worker.call('use.answer', { input, options });
        isAnswered = request === this.#latest;
        if (isAnswered) this.answer = answer;
      } catch (error) {
        if (request === this.#latest) this.answer = null;
        throw error;
      }
    });
    return isAnswered;
  }

  /** Takes the answer away, and forgets the question that is asked. */
  clear(): void {
    this.#latest++;
    this.answer = null;
  }
}

export const use = new Use();
