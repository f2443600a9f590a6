// An endless row of documents from many files in a random order, by a buffer from which each next one is drawn; its state is
// small, as the buffer is saved as places in files.
import { shuffled } from '../random.ts';
import { Rng, type RngState } from '../rng.ts';
import type { Document, DocumentFile } from './documents.ts';

export interface ShuffleOptions {
  readonly files: readonly DocumentFile[];
  readonly seed: number;
  /** Documents in the buffer at most; 1 reads in order. Default 2048. */
  readonly buffer?: number;
  /** Characters in the buffer, about: it takes no more documents beyond that. Default 2^25 (33.5 million). */
  readonly bufferChars?: number;
  /** Whether the files come in another order each epoch. Default true. */
  readonly shuffleFiles?: boolean;
  /** Where each file's documents begin that are to be given; Infinity for none of them. Default: 0 for all. */
  readonly starts?: readonly number[];
}

/** Plain JSON. */
export interface ShuffleState {
  readonly epoch: number;
  /** How many of the epoch's files are read. */
  readonly file: number;
  /** Where the file after these is to be read on. */
  readonly at: number;
  readonly rng: RngState;
  /** Of each document in the buffer: its file, and its place there. */
  readonly buffer: { readonly files: readonly number[]; readonly places: readonly number[] };
}

interface Held {
  readonly file: number;
  readonly at: number;
  readonly text: string;
}

/** Each document comes once an epoch; the buffer is emptied before the next begins. */
export class ShuffledDocuments {
  readonly #files: readonly DocumentFile[];
  readonly #seed: number;
  readonly #limit: number;
  readonly #chars: number;
  readonly #shuffleFiles: boolean;
  readonly #starts: readonly number[];
  #rng: Rng;
  #epoch = 0;
  #order: Int32Array;
  #file = 0;
  #at = 0;
  #held: Held[] = [];
  #heldChars = 0;
  /** Epochs in a row that had no document. */
  #emptyEpochs = 0;
  #reading: AsyncIterator<readonly Document[]> | undefined;
  #pending: readonly Document[] = [];
  #next = 0;

  /** @throws Error naming the option that does not fit */
  constructor({ files, seed, buffer = 2048, bufferChars = 2 ** 25, shuffleFiles = true, starts }: ShuffleOptions) {
    if (files.length === 0) throw new Error('stream: there are no files');
    for (const [name, value] of Object.entries({ buffer, bufferChars })) {
      if (!(Number.isInteger(value) && value >= 1)) {
        throw new Error(`stream: ${name} is ${value}; want an integer of at least 1`);
      }
    }
    this.#files = files;
    this.#seed = seed;
    this.#limit = buffer;
    this.#chars = bufferChars;
    this.#shuffleFiles = shuffleFiles;
    this.#starts = starts ?? files.map(() => 0);
    this.#rng = new Rng(seed, 'stream/buffer');
    this.#order = this.#orderOf(0);
    this.#enter(0);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get state(): ShuffleState {
    return {
      epoch: this.#epoch,
      file: this.#file,
      at: this.#at,
      rng: this.#rng.state,
      buffer: { files: this.#held.map(({ file }) => file), places: this.#held.map(({ at }) => at) },
    };
  }

  /** Goes on from a saved state; the buffer is read anew. @throws Error when the files do not fit it */
  async restore({ epoch, file, at, rng, buffer }: ShuffleState): Promise<void> {
    await this.#stopReading();
    this.#rng = Rng.fromState(rng);
    this.#epoch = epoch;
    this.#order = this.#orderOf(epoch);
    this.#file = file;
    this.#at = at;
    this.#held = new Array(buffer.files.length);
    this.#heldChars = 0;
    for (const [number, source] of this.#files.entries()) {
      const slots = buffer.files.flatMap((other, slot) => (other === number ? [slot] : []));
      slots.sort((one, two) => buffer.places[one]! - buffer.places[two]!);
      const documents = await source.find(slots.map((slot) => buffer.places[slot]!));
      for (const [i, slot] of slots.entries()) {
        const { at, text } = documents[i]!;
        this.#held[slot] = { file: number, at, text };
        this.#heldChars += text.length;
      }
    }
  }

  /** The next document's text. @throws Error when there is none in any file, or one cannot be read */
  async next(): Promise<string> {
    while (this.#held.length < this.#limit && this.#heldChars < this.#chars) {
      const document = await this.#read();
      if (!document) break;
      this.#held.push(document);
      this.#heldChars += document.text.length;
      this.#emptyEpochs = 0;
    }
    if (this.#held.length === 0) {
      if (this.#emptyEpochs++ > 0) throw new Error(`stream: ${this.#where()} no document with text in it`);
      await this.#beginEpoch();
      return this.next();
    }
    const slot = this.#rng.integer(this.#held.length);
    const { text } = this.#held[slot]!;
    const last = this.#held.pop()!;
    if (slot < this.#held.length) this.#held[slot] = last;
    this.#heldChars -= text.length;
    return text;
  }

  /** Gives back what reading holds open. */
  close(): Promise<void> {
    return this.#stopReading();
  }

  async #read(): Promise<Held | undefined> {
    for (;;) {
      if (this.#file === this.#order.length) return undefined;
      const file = this.#order[this.#file]!;
      const document = this.#pending[this.#next];
      if (document) {
        this.#next++;
        this.#at = document.next;
        return { file, at: document.at, text: document.text };
      }
      this.#reading ??= this.#files[file]!.read(this.#at)[Symbol.asyncIterator]();
      const { done, value } = await this.#reading.next();
      this.#pending = done ? [] : value;
      this.#next = 0;
      if (done) {
        this.#reading = undefined;
        this.#enter(this.#file + 1);
      }
    }
  }

  /** Goes to the epoch's file of that number, or the one after it that is to be given. */
  #enter(number: number): void {
    const start = (file: number) => this.#starts[this.#order[file]!]!;
    this.#file = number;
    while (this.#file < this.#order.length && start(this.#file) === Number.POSITIVE_INFINITY) this.#file++;
    this.#at = this.#file < this.#order.length ? start(this.#file) : 0;
  }

  async #beginEpoch(): Promise<void> {
    await this.#stopReading();
    this.#epoch++;
    this.#order = this.#orderOf(this.#epoch);
    this.#enter(0);
  }

  async #stopReading(): Promise<void> {
    const reading = this.#reading;
    this.#reading = undefined;
    this.#pending = [];
    this.#next = 0;
    await reading?.return?.();
  }

  #orderOf(epoch: number): Int32Array {
    const { length } = this.#files;
    if (!this.#shuffleFiles) return Int32Array.from({ length }, (_, i) => i);
    return shuffled(length, new Rng(this.#seed, `stream/files/${epoch}`));
  }

  #where(): string {
    const [first] = this.#files;
    return this.#files.length === 1
      ? `${first!.name} has`
      : `the ${this.#files.length} files (${first!.name}, ...) have`;
  }
}
