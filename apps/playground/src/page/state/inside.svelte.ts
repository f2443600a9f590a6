// What the page Look inside shows: the sequence, what the model makes of it, and what it made of the one before.
import type { Look, LookLayer, LookSource } from '../../shared/look.ts';
import { messageOf } from '../words.ts';
import { engine } from './engine.svelte.ts';

/** |now - before| / |before|, over all of an array. */
export function relativeChange(now: Float32Array, before: Float32Array): number {
  let [difference, size] = [0, 0];
  for (const [i, value] of before.entries()) {
    difference += (now[i]! - value) ** 2;
    size += value ** 2;
  }
  return size === 0 ? 0 : Math.sqrt(difference / size);
}

function isAlike(a: Look, b: Look): boolean {
  const shape = ({ layers }: Look) =>
    layers.map(({ length, width, transform }) => `${length} ${width} ${transform}`).join();
  return shape(a) === shape(b);
}

class Inside {
  source = $state<LookSource>('sample');
  /** what the visitor types; applied by `look` */
  sequence = $state('');
  now = $state.raw<Look | null>(null);
  /** before the last edit; null where there is nothing to compare with */
  before = $state.raw<Look | null>(null);
  layer = $state(0);
  channel = $state(0);
  error = $state<string | null>(null);
  isBusy = $state(false);
  readonly shown = $derived<LookLayer | null>(this.now?.layers[this.layer] ?? null);
  readonly shownBefore = $derived<LookLayer | null>(this.before?.layers[this.layer] ?? null);
  #latest = 0;

  /** Looks at what the model makes of `sequence`; an empty one is drawn. */
  async look(): Promise<void> {
    const request = ++this.#latest;
    this.isBusy = true;
    this.error = null;
    try {
      const worker = await engine.worker();
      const { source, sequence } = this;
      const look = await worker.call('inside.look', { source, sequence, seed: Math.floor(Math.random() * 2 ** 31) });
      // Whoever types on is answered once, for the last.
      if (request !== this.#latest) return;
      this.before = this.now && isAlike(this.now, look) ? this.now : null;
      this.now = look;
      // What has been typed meanwhile stays.
      if (this.sequence === sequence) this.sequence = look.tokens.join(' ');
      this.layer = Math.min(this.layer, look.layers.length - 1);
      this.channel = Math.min(this.channel, look.layers[0]!.width - 1);
    } catch (error) {
      if (request === this.#latest) this.error = messageOf(error);
    } finally {
      if (request === this.#latest) this.isBusy = false;
    }
  }

  /** A new sequence, of this model or of another. */
  draw(source: LookSource = this.source): Promise<void> {
    if (source !== this.source) this.now = null;
    this.source = source;
    this.sequence = '';
    return this.look();
  }

  /** Those of the sequence as it is edited: the answer to the edit before may be under way. */
  get #tokens(): string[] {
    return this.sequence.trim().split(/[\s,]+/);
  }

  /** Gives a key another value, wherever it occurs. */
  setValue(key: string, value: string): Promise<void> {
    const tokens = this.#tokens;
    this.sequence = tokens
      .map((token, i) => (i > 0 && tokens[i - 1] === key && i < tokens.length - 1 ? value : token))
      .join(' ');
    return this.look();
  }

  /** Asks for another key. */
  setQuery(key: string): Promise<void> {
    this.sequence = [...this.#tokens.slice(0, -1), key].join(' ');
    return this.look();
  }

  /** Back to the sequence before the last edit. */
  undo(): Promise<void> {
    this.sequence = this.before!.tokens.join(' ');
    return this.look();
  }
}

export const inside = new Inside();
