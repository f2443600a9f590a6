// The model that was dropped on the page Use, and its last answer.
import digits from '../../sample/digits.zip?url';
import type { Opened } from '../../shared/use.ts';
import { messageOf } from '../words.ts';
import { engine } from './engine.svelte.ts';

class Use {
  opened = $state.raw<Opened | null>(null);
  answer = $state.raw<unknown>(null);
  error = $state<string | null>(null);
  isBusy = $state(false);
  #files: ReadonlyMap<string, Uint8Array> | null = null;

  constructor() {
    // To another engine the model goes as it came: from its files.
    const arrive = async () => {
      if (this.#files) await this.open(this.#files);
    };
    engine.movers.push({ leave: async () => arrive, lose: () => arrive });
  }

  open(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    return this.#try(() => this.#take(files));
  }

  async #take(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const worker = await engine.worker();
    this.opened = await worker.call('use.open', files);
    this.answer = null;
    this.#files = files;
  }

  /** The model of digits that comes with the page. */
  openDigits(): Promise<void> {
    return this.#try(async () => {
      const response = await fetch(digits);
      if (!response.ok) throw new Error(`${digits}: the server answers ${response.status}`);
      await this.#take(new Map([['digits.zip', new Uint8Array(await response.arrayBuffer())]]));
    });
  }

  ask(input: unknown, options: unknown = {}): Promise<void> {
    return this.#try(async () => {
      const worker = await engine.worker();
      this.answer = (await worker.call('use.answer', { input, options })).answer;
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.error = null;
    try {
      await work();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.isBusy = false;
    }
  }
}

export const use = new Use();
