// Masked modelling over genomes: windows that lie within a record, few of their letters unknown, read from either strand.
import { SPECIAL_TOKENS } from '@orchid-ml/tokenizers';
import { maskTokens } from '../masking.ts';
import type { MlmBatch, MlmSource } from '../mlm-source.ts';
import { OrdinaryIds } from '../ordinary.ts';
import { Rng, type RngState } from '../rng.ts';
import { UnigramModel, type UnigramScore } from '../unigram.ts';
import {
  DNA_UNKNOWN,
  DNA_VOCAB_SIZE,
  DNA_VOCABULARY,
  type NucleotideRecord,
  reverseComplement,
  SOFT_MASKED,
} from './nucleotides.ts';

export interface DnaOptions {
  readonly records: readonly NucleotideRecord[];
  /** Nucleotides a window. */
  readonly length: number;
  readonly batchSize: number;
  /** In (0, 1); default 0.1: this share of each record, its end, is held out. Not together with `heldOutRecords`. */
  readonly heldOutFraction?: number;
  readonly heldOutRecords?: readonly NucleotideRecord[];
  /** Largest share of N in a window; default 0.1. */
  readonly maxUnknown?: number;
  /** Read half of the training windows from the other strand. Default false. */
  readonly reverseComplement?: boolean;
  /** `ignore`: letters in lower case are seen, but not asked for. Default `use`. */
  readonly softMasked?: 'use' | 'ignore';
  /** Default 0.15. */
  readonly maskProbability?: number;
  /** Default 0.15. */
  readonly evalMaskProbability?: number;
  readonly seed: number;
}

/** A stretch of a record, `[start, end)`, and how many windows begin before it. */
interface Stretch {
  readonly bases: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly before: number;
}

export class DnaDataset implements MlmSource {
  readonly length: number;
  readonly batchSize: number;
  readonly vocabSize = DNA_VOCAB_SIZE;
  readonly maskProbability: number;
  readonly evalMaskProbability: number;
  readonly options: DnaOptions;
  readonly #train: readonly Stretch[];
  readonly #starts: number;
  readonly #heldOut: readonly Uint8Array[];
  readonly #ordinary = new OrdinaryIds(DNA_VOCABULARY);
  readonly #maxUnknown: number;
  readonly #rng: Rng;

  /** @throws Error naming the option that does not fit, or saying that no window does */
  constructor(options: DnaOptions) {
    this.options = options;
    this.length = atLeastOne('length', options.length);
    this.batchSize = atLeastOne('batchSize', options.batchSize);
    this.maskProbability = share('maskProbability', options.maskProbability ?? 0.15);
    this.evalMaskProbability = share('evalMaskProbability', options.evalMaskProbability ?? 0.15);
    const unknown = options.maxUnknown ?? 0.1;
    if (!(unknown >= 0 && unknown < 1))
      throw new Error(`DNA: maxUnknown is ${unknown}; want a number from 0 to below 1`);
    if (options.softMasked !== undefined && options.softMasked !== 'use' && options.softMasked !== 'ignore')
      throw new Error(`DNA: softMasked is ${JSON.stringify(options.softMasked)}; want use or ignore`);
    if (options.heldOutRecords && options.heldOutFraction !== undefined)
      throw new Error('DNA: heldOutFraction and heldOutRecords exclude each other');
    this.#maxUnknown = Math.floor(unknown * this.length);
    this.#rng = new Rng(options.seed, 'dna/train');
    const fraction = options.heldOutRecords ? 0 : share('heldOutFraction', options.heldOutFraction ?? 0.1);
    const cutOf = (bases: Uint8Array) => bases.length - Math.round(bases.length * fraction);

    const stretches: Stretch[] = [];
    let starts = 0;
    for (const { nucleotides: bases } of options.records) {
      const end = cutOf(bases);
      if (end < this.length) continue;
      stretches.push({ bases, start: 0, end, before: starts });
      starts += end - this.length + 1;
    }
    this.#train = stretches;
    this.#starts = starts;
    if (!stretches.some((stretch) => this.#hasWindow(stretch))) throw this.#none('training');
    const heldOut = options.heldOutRecords ?? options.records;
    this.#heldOut = heldOut.flatMap(({ nucleotides: bases }) => {
      const windows: Uint8Array[] = [];
      const first = options.heldOutRecords ? 0 : cutOf(bases);
      for (let at = first; at + this.length <= bases.length; at += this.length) {
        const window = bases.subarray(at, at + this.length);
        if (this.#fits(window)) windows.push(window);
      }
      return windows;
    });
    if (this.#heldOut.length === 0) throw this.#none('held-out');
  }

  /** Where the training stream stands, for a checkpoint. */
  get state(): RngState {
    return this.#rng.state;
  }

  set state(state: RngState) {
    this.#rng.state = state;
  }

  get batchNumber(): number {
    return this.#rng.state[0];
  }

  get heldOutWindows(): number {
    return this.#heldOut.length;
  }

  /** `batchSize` windows from uniformly random places, freshly masked. */
  trainBatch(rng: Rng = this.#rng): MlmBatch {
    const windows = new Uint8Array(this.batchSize * this.length);
    for (let row = 0; row < this.batchSize; row++) {
      const window = windows.subarray(row * this.length, (row + 1) * this.length);
      window.set(this.#draw(rng));
      if (this.options.reverseComplement && rng.uniform() < 0.5) reverseComplement(window);
    }
    return this.#batch(windows, this.batchSize, this.maskProbability, rng);
  }

  /**
   * The held-out windows one after the other, masked the same way on every call; the last batch may be smaller.
   *
   * @param limit at most this many windows, spread evenly. Default: all
   */
  *evalBatches(limit = Number.POSITIVE_INFINITY): Generator<MlmBatch> {
    if (!(limit >= 1)) throw new Error(`DNA: the limit of evaluation windows is ${limit}; want at least 1`);
    const rng = new Rng(this.options.seed, 'dna/held-out');
    const all = this.#heldOut.length;
    const wanted = Math.min(all, Math.floor(limit));
    for (let first = 0; first < wanted; first += this.batchSize) {
      const batch = Math.min(this.batchSize, wanted - first);
      const windows = new Uint8Array(batch * this.length);
      for (let row = 0; row < batch; row++)
        windows.set(this.#heldOut[Math.floor(((first + row) * all) / wanted)]!, row * this.length);
      yield this.#batch(windows, batch, this.evalMaskProbability, rng);
    }
  }

  /** What guessing by the training part's frequencies reaches on the masked positions of {@link evalBatches}. */
  unigramBaseline(limit?: number): UnigramScore {
    const counts = new UnigramModel(this.#trainIds(), this.#ordinary);
    return counts.score(this.#evalLabels(limit));
  }

  *#trainIds(): Generator<number> {
    for (const { bases, start, end } of this.#train) for (let i = start; i < end; i++) yield bases[i]! & ~SOFT_MASKED;
  }

  *#evalLabels(limit?: number): Generator<number> {
    for (const { maskedLabels } of this.evalBatches(limit)) yield* maskedLabels;
  }

  /** A window from anywhere, drawn again while too many of its letters are unknown. */
  #draw(rng: Rng): Uint8Array {
    for (;;) {
      const start = rng.integer(this.#starts);
      let low = 0;
      let high = this.#train.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (this.#train[middle]!.before <= start) low = middle;
        else high = middle - 1;
      }
      const { bases, before } = this.#train[low]!;
      const window = bases.subarray(start - before, start - before + this.length);
      if (this.#fits(window)) return window;
    }
  }

  #fits(window: Uint8Array): boolean {
    let unknown = 0;
    let asked = 0;
    for (const byte of window) {
      unknown += this.#isUnknown(byte);
      asked += this.#isAsked(byte);
    }
    return unknown <= this.#maxUnknown && asked > 0;
  }

  #isUnknown(byte: number): number {
    return (byte & ~SOFT_MASKED) === DNA_UNKNOWN ? 1 : 0;
  }

  /** Whether a letter may be asked for. */
  #isAsked(byte: number): number {
    const ignored = this.options.softMasked === 'ignore' && byte >= SOFT_MASKED;
    return ignored || this.#isUnknown(byte) ? 0 : 1;
  }

  /** Whether one of a stretch's windows fits, without which drawing would never end. */
  #hasWindow({ bases, start, end }: Stretch): boolean {
    let unknown = 0;
    let asked = 0;
    for (let i = start; i < end; i++) {
      unknown += this.#isUnknown(bases[i]!);
      asked += this.#isAsked(bases[i]!);
      const gone = i - this.length;
      if (gone >= start) {
        unknown -= this.#isUnknown(bases[gone]!);
        asked -= this.#isAsked(bases[gone]!);
      }
      if (gone >= start - 1 && unknown <= this.#maxUnknown && asked > 0) return true;
    }
    return false;
  }

  #none(part: string): Error {
    const longest = this.options.records.reduce((most, { nucleotides: { length } }) => Math.max(most, length), 0);
    return new Error(
      `DNA: the ${part} part has no window of ${this.length} with at most ${this.#maxUnknown} N and a letter to ask for ` +
        `(${this.options.records.length} records, the longest of ${longest}); want longer records, a smaller length or another split`,
    );
  }

  #batch(windows: Uint8Array, batch: number, probability: number, rng: Rng): MlmBatch {
    const tokens = Int32Array.from(windows, (byte) => byte & ~SOFT_MASKED);
    const ignored = this.options.softMasked === 'ignore';
    const masking = {
      probability,
      maskId: SPECIAL_TOKENS.mask,
      ordinary: this.#ordinary,
      ...(ignored ? { isAsked: (i: number) => windows[i]! < SOFT_MASKED } : {}),
    };
    return { ...maskTokens(tokens, masking, rng), batch, length: this.length };
  }
}

function atLeastOne(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new Error(`DNA: ${name} is ${value}; want an integer of at least 1`);
  return value;
}

function share(name: string, value: number): number {
  if (!(value > 0 && value < 1)) throw new Error(`DNA: ${name} is ${value}; want a number between 0 and 1`);
  return value;
}
