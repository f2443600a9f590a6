// Masked-language modelling over more text than fits in memory: documents in a random order, packed into windows, masked.
import { requireSpecial, type Tokenizer } from '@orchid-ml/tokenizers';
import { maskTokens } from '../masking.ts';
import type { MlmDataset } from '../mlm.ts';
import type { MlmBatch, MlmSource } from '../mlm-source.ts';
import { OrdinaryIds } from '../ordinary.ts';
import { Rng } from '../rng.ts';
import type { DocumentFile } from './documents.ts';
import { type HeldOutOptions, openHeldOut } from './held-out.ts';
import { type Packer, packerFor } from './packer.ts';
import { ShuffledDocuments, type ShuffleOptions, type ShuffleState } from './shuffled-documents.ts';

export interface MlmStreamOptions extends Omit<ShuffleOptions, 'starts'>, HeldOutOptions {
  /**
   * Files to evaluate on; those of them that are among `files` too are not trained on. Default: the first documents of `files`,
   * which are then not trained on.
   */
  readonly heldOut?: readonly DocumentFile[];
}

/** Plain JSON: where the stream stood a little earlier, and how many windows were given since. */
export interface MlmStreamState {
  readonly version: 1;
  /** Of the files, so that others are not taken for them. */
  readonly files: string;
  /** Batches that were given. */
  readonly batches: number;
  readonly documents: ShuffleState;
  readonly packer: readonly number[];
  readonly skip: number;
}

/** Batches between the places from which a state goes on: it is made again as often. */
const BETWEEN = 16;

export class MlmStream implements MlmSource {
  readonly length: number;
  readonly batchSize: number;
  readonly vocabSize: number;
  readonly maskProbability: number;
  readonly evalMaskProbability: number;
  /** The windows of {@link evalBatches}, and their settings. */
  readonly heldOut: MlmDataset;
  /** Names of the files that were to be trained on, but are evaluated on. */
  readonly leftOut: readonly string[];
  readonly #tokenizer: Tokenizer;
  readonly #documents: ShuffledDocuments;
  readonly #packer: Packer;
  readonly #masking: { readonly probability: number; readonly maskId: number; readonly ordinary: OrdinaryIds };
  readonly #seed: number;
  readonly #files: string;
  #windows: Int32Array[] = [];
  #batches = 0;
  /** Windows given since `#from`. */
  #since = 0;
  #from: Pick<MlmStreamState, 'documents' | 'packer'>;
  #wanted: MlmStreamState | undefined;

  private constructor(
    options: MlmStreamOptions,
    heldOut: MlmDataset,
    starts: readonly number[],
    leftOut: readonly DocumentFile[],
  ) {
    const { tokenizer, seed, files } = options;
    this.heldOut = heldOut;
    this.leftOut = leftOut.map(({ name }) => name);
    this.length = heldOut.length;
    this.batchSize = heldOut.batchSize;
    this.vocabSize = heldOut.vocabSize;
    this.maskProbability = heldOut.maskProbability;
    this.evalMaskProbability = heldOut.evalMaskProbability;
    this.#tokenizer = tokenizer;
    this.#documents = new ShuffledDocuments({ ...options, starts });
    this.#packer = packerFor(tokenizer, this.length);
    const maskId = requireSpecial('MLM', tokenizer, 'mask');
    this.#masking = { probability: this.maskProbability, maskId, ordinary: new OrdinaryIds(tokenizer) };
    this.#seed = seed;
    this.#files = fingerprint(files.map(({ id }) => id));
    this.#from = this.#here();
  }

  /**
   * Reads what to evaluate on, and is then ready to stream.
   *
   * @throws Error naming the option that does not fit, or the file that cannot be read
   */
  static async open(options: MlmStreamOptions): Promise<MlmStream> {
    const { heldOut: others } = options;
    if (options.files.length === 0) throw new Error('stream: there are no files');
    const { files, leftOut } = apart(options.files, others ?? []);
    if (files.length === 0) {
      const names = leftOut.map(({ name }) => name);
      throw new Error(
        `stream: the files to learn from (${few(names)}) are all in heldOut, to be evaluated on; want others, or less in heldOut`,
      );
    }
    const taken = await openHeldOut(others ?? files, options);
    const starts = others ? files.map(() => 0) : taken.starts;
    if (starts.every((start) => start === Number.POSITIVE_INFINITY)) {
      throw new Error(
        `stream: the first ${options.heldOutWindows ?? 512} windows, to evaluate on, are all the text there is; ` +
          'want more text, less heldOutWindows, or files of their own in heldOut',
      );
    }
    return new MlmStream({ ...options, files }, taken.heldOut, starts, leftOut);
  }

  get state(): MlmStreamState {
    return this.#wanted ?? { version: 1, files: this.#files, batches: this.#batches, ...this.#from, skip: this.#since };
  }

  /** The next batch goes on from here. @throws Error unless it is a state of such a stream, of the same files */
  set state(state: MlmStreamState) {
    if (state?.version !== 1 || !Number.isInteger(state.batches) || !Number.isInteger(state.skip)) {
      throw new Error(`stream: the state is ${JSON.stringify(state)?.slice(0, 80)}; want one that a stream has given`);
    }
    if (state.files !== this.#files) {
      throw new Error(`stream: the state is of other files (${state.files}); these are ${this.#files}`);
    }
    this.#wanted = state;
  }

  get batchNumber(): number {
    return this.state.batches;
  }

  /** @throws Error naming the file that cannot be read, and where */
  async trainBatch(): Promise<MlmBatch> {
    if (this.#wanted) await this.#restore(this.#wanted);
    const { batchSize: batch, length, state } = this;
    const tokens = new Int32Array(batch * length);
    try {
      for (let row = 0; row < batch; row++) tokens.set(await this.#window(), row * length);
    } catch (error) {
      // The next call tries the same batch again.
      this.#wanted = state;
      throw error;
    }
    // Of the batch's own, so that a state needs to know no more than its number.
    const rng = new Rng(this.#seed, `stream/masks/${this.#batches++}`);
    return { ...maskTokens(tokens, this.#masking, rng), batch, length };
  }

  evalBatches(limit?: number): Generator<MlmBatch> {
    return this.heldOut.evalBatches(limit);
  }

  /** Gives back what reading holds open. */
  close(): Promise<void> {
    return this.#documents.close();
  }

  async #window(): Promise<Int32Array> {
    while (this.#windows.length === 0) {
      // Nothing is under way but what the packer has begun.
      if (this.#since >= BETWEEN * this.batchSize) {
        this.#from = this.#here();
        this.#since = 0;
      }
      this.#windows = this.#packer.add(this.#tokenizer.encode(await this.#documents.next())).reverse();
    }
    this.#since++;
    return this.#windows.pop()!;
  }

  #here(): Pick<MlmStreamState, 'documents' | 'packer'> {
    return { documents: this.#documents.state, packer: this.#packer.state };
  }

  async #restore({ batches, documents, packer, skip }: MlmStreamState): Promise<void> {
    this.#windows = [];
    await this.#documents.restore(documents);
    this.#packer.state = packer;
    this.#from = { documents, packer };
    this.#since = 0;
    // A place to go on from would be taken anew where it was not the first time.
    for (let i = 0; i < skip; i++) await this.#skipWindow();
    this.#batches = batches;
    this.#wanted = undefined;
  }

  async #skipWindow(): Promise<void> {
    while (this.#windows.length === 0) {
      this.#windows = this.#packer.add(this.#tokenizer.encode(await this.#documents.next())).reverse();
    }
    this.#windows.pop();
    this.#since++;
  }
}

/** The files that are not to be evaluated on, and those that are. */
function apart(files: readonly DocumentFile[], heldOut: readonly DocumentFile[]) {
  const whereOf = (file: DocumentFile) => file.place ?? file;
  const held = new Set(heldOut.map(whereOf));
  const isHeld = (file: DocumentFile) => held.has(whereOf(file));
  return { files: files.filter((file) => !isHeld(file)), leftOut: files.filter(isHeld) };
}

function few(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

/** Tells lists of files apart, in a few characters: two hashes (FNV-1a) of the names. */
function fingerprint(ids: readonly string[]): string {
  const text = ids.join('\n');
  const hash = (from: number) => {
    let sum = from;
    for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
    return (sum >>> 0).toString(16).padStart(8, '0');
  };
  return `${ids.length}:${hash(0x811c9dc5)}${hash(0x2a5c91d7)}`;
}
