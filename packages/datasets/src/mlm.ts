// Masked-language modelling over one long text: random training windows, fixed held-out windows, a baseline.
import { requireSpecial } from '@orchid-ml/tokenizers';
import { maskTokens } from './masking.ts';
import type { MlmBatch, MlmSource } from './mlm-source.ts';
import { OrdinaryIds, type VocabularyOf } from './ordinary.ts';
import { Rng, type RngState } from './rng.ts';
import { UnigramModel, type UnigramScore } from './unigram.ts';

export interface MlmOptions {
  /** The text's tokens. */
  readonly ids: Int32Array;
  /**
   * The tokens are whole windows one after the other, as `packDocuments` makes them with `[CLS]` and `[SEP]`: training
   * takes these, where else it takes windows that begin anywhere. Default false.
   */
  readonly packed?: boolean;
  /** Tokens of a text of its own to evaluate on; without it the last `heldOutFraction` of `ids` is held out. */
  readonly heldOutIds?: Int32Array;
  /** In (0, 1); default 0.1. Not together with `heldOutIds`. */
  readonly heldOutFraction?: number;
  /** Tokens a window. */
  readonly length: number;
  readonly batchSize: number;
  /** The tokenizer that made `ids`: for its vocabulary and special tokens. */
  readonly tokenizer: VocabularyOf;
  /** Default 0.3 (the Orchid paper's pre-training). */
  readonly maskProbability?: number;
  /** Default 0.15 (the Orchid paper's evaluation). */
  readonly evalMaskProbability?: number;
  readonly seed: number;
}

export class MlmDataset implements MlmSource {
  readonly length: number;
  readonly batchSize: number;
  readonly vocabSize: number;
  readonly maskProbability: number;
  readonly evalMaskProbability: number;
  readonly trainIds: Int32Array;
  readonly heldOutIds: Int32Array;
  readonly #maskId: number;
  readonly #ordinary: OrdinaryIds;
  readonly #packed: boolean;
  readonly #seed: number;
  readonly #rng: Rng;

  /** @throws Error naming the option that does not fit, or the part of the text that is shorter than a window */
  constructor(options: MlmOptions) {
    const { ids, length, batchSize, tokenizer } = options;
    this.length = atLeastOne('length', length);
    this.batchSize = atLeastOne('batchSize', batchSize);
    this.maskProbability = probability('maskProbability', options.maskProbability ?? 0.3);
    this.evalMaskProbability = probability('evalMaskProbability', options.evalMaskProbability ?? 0.15);
    this.vocabSize = tokenizer.vocabSize;
    this.#maskId = requireSpecial('MLM', tokenizer, 'mask');
    this.#ordinary = new OrdinaryIds(tokenizer);
    this.#packed = options.packed ?? false;
    this.#seed = options.seed;
    this.#rng = new Rng(options.seed, 'mlm/train');
    if (options.heldOutIds !== undefined) {
      if (options.heldOutFraction !== undefined)
        throw new Error('MLM: heldOutFraction and heldOutIds exclude each other');
      this.trainIds = ids;
      this.heldOutIds = options.heldOutIds;
    } else {
      const fraction = probability('heldOutFraction', options.heldOutFraction ?? 0.1);
      const unit = this.#packed ? this.length : 1;
      const cut = ids.length - Math.round((ids.length / unit) * fraction) * unit;
      this.trainIds = ids.subarray(0, cut);
      this.heldOutIds = ids.subarray(cut);
    }
    this.#check('training', this.trainIds);
    this.#check('held-out', this.heldOutIds);
  }

  #check(part: string, ids: Int32Array): void {
    if (ids.length < this.length) {
      throw new Error(
        `MLM: the ${part} text has ${ids.length} tokens, less than one window of ${this.length}; ` +
          'want a longer text, a smaller length or another split',
      );
    }
    if (this.#packed && ids.length % this.length !== 0) {
      throw new Error(
        `MLM: the ${part} text has ${ids.length} tokens; packed, want whole windows of ${this.length} (packDocuments)`,
      );
    }
    const bad = ids.findIndex((id) => id < 0 || id >= this.vocabSize);
    if (bad >= 0) {
      throw new Error(`MLM: token ${bad} of the ${part} text is ${ids[bad]}; want an id in 0..${this.vocabSize - 1}`);
    }
    if (ids.every((id) => this.#ordinary.isSpecial(id))) {
      throw new Error(`MLM: the ${part} text has only special tokens; the tokenizer does not know its characters`);
    }
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

  /** Number of whole held-out windows; a shorter rest at the end is left out. */
  get heldOutWindows(): number {
    return Math.floor(this.heldOutIds.length / this.length);
  }

  /** `batchSize` windows from uniformly random places, or of the packed ones, freshly masked. */
  trainBatch(rng: Rng = this.#rng): MlmBatch {
    const { trainIds, length, batchSize } = this;
    const tokens = new Int32Array(batchSize * length);
    for (let row = 0; row < batchSize; row++) {
      const start = this.#packed
        ? rng.integer(trainIds.length / length) * length
        : rng.integer(trainIds.length - length + 1);
      tokens.set(trainIds.subarray(start, start + length), row * length);
    }
    return this.#batch(tokens, batchSize, this.maskProbability, rng);
  }

  /**
   * The held-out windows one after the other, masked the same way on every call; the last batch may be smaller.
   *
   * @param limit at most this many windows, spread evenly over the held-out text. Default: all
   */
  *evalBatches(limit = Number.POSITIVE_INFINITY): Generator<MlmBatch> {
    if (!(limit >= 1)) throw new Error(`MLM: the limit of evaluation windows is ${limit}; want at least 1`);
    const { heldOutIds, length, batchSize } = this;
    const rng = new Rng(this.#seed, 'mlm/held-out');
    const all = this.heldOutWindows;
    const windows = Math.min(all, Math.floor(limit));
    for (let first = 0; first < windows; first += batchSize) {
      const batch = Math.min(batchSize, windows - first);
      const tokens = new Int32Array(batch * length);
      for (let row = 0; row < batch; row++) {
        const start = Math.floor(((first + row) * all) / windows) * length;
        tokens.set(heldOutIds.subarray(start, start + length), row * length);
      }
      yield this.#batch(tokens, batch, this.evalMaskProbability, rng);
    }
  }

  /** What guessing by the training text's token frequencies reaches on the masked positions of {@link evalBatches}. */
  unigramBaseline(limit?: number): UnigramScore {
    const model = new UnigramModel(this.trainIds, this.#ordinary);
    return model.score(this.#evalLabels(limit));
  }

  *#evalLabels(limit?: number): Generator<number> {
    for (const { maskedLabels } of this.evalBatches(limit)) yield* maskedLabels;
  }

  #batch(tokens: Int32Array, batch: number, chance: number, rng: Rng): MlmBatch {
    const masking = { probability: chance, maskId: this.#maskId, ordinary: this.#ordinary };
    return { ...maskTokens(tokens, masking, rng), batch, length: this.length };
  }
}

function atLeastOne(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new Error(`MLM: ${name} is ${value}; want an integer of at least 1`);
  return value;
}

function probability(name: string, value: number): number {
  if (!(value > 0 && value < 1)) throw new Error(`MLM: ${name} is ${value}; want a number between 0 and 1`);
  return value;
}
