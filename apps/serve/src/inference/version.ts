// One state of a model folder, loaded: what jobs are bound to, so that a folder may change while they are computed.
import type { ModelFacts } from '../workers/messages.ts';
import { Cost } from './cost.ts';

/** A version of a model; it stays loaded as long as it is current or jobs are bound to it. */
export class Version {
  /** of computing answers and embeddings */
  readonly cost = new Cost();
  #users = 0;
  #retired = false;
  #onIdle: (() => void) | null = null;
  /** filled in when it has been loaded */
  facts: ModelFacts | null = null;

  constructor(
    /** unique in this process */
    readonly id: number,
    readonly model: string,
    /** 1 for the first state of the folder that was loaded */
    readonly number: number,
    /** of config.json; only workers see it */
    readonly folder: string,
    /** of the folder's files when they were read */
    readonly signature: string,
  ) {}

  get users(): number {
    return this.#users;
  }

  /** Whether it has been replaced or unloaded; jobs that are bound to it are still computed. */
  get retired(): boolean {
    return this.#retired;
  }

  acquire(): void {
    this.#users++;
  }

  release(): void {
    this.#users--;
    if (this.#users === 0 && this.#retired) this.#onIdle?.();
  }

  /** Takes no more jobs. @returns when those that are bound to it are done */
  retire(): Promise<void> {
    this.#retired = true;
    if (this.#users === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }
}
