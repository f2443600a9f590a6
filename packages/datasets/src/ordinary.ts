// Which ids of a vocabulary stand for text: these alone are masked, drawn as replacements and guessed.
import type { Tokenizer } from '@orchid-ml/tokenizers';
import type { Rng } from './rng.ts';

/** What is needed of a tokenizer; without `specialIds`, the special ids are those of `specialTokens`. */
export type VocabularyOf = Pick<Tokenizer, 'vocabSize' | 'specialTokens'> & Partial<Pick<Tokenizer, 'specialIds'>>;

export class OrdinaryIds {
  readonly vocabSize: number;
  /** How many there are. */
  readonly count: number;
  readonly #special: Uint8Array;
  readonly #ids: Int32Array;

  /** @throws Error when a special id is outside the vocabulary, or all of them are special */
  constructor({ vocabSize, specialTokens, specialIds = [] }: VocabularyOf) {
    this.vocabSize = vocabSize;
    this.#special = new Uint8Array(vocabSize);
    for (const id of [...Object.values(specialTokens), ...specialIds]) {
      if (!Number.isInteger(id) || id < 0 || id >= vocabSize)
        throw new Error(`vocabulary: special id ${id} is outside of it; want an integer in 0..${vocabSize - 1}`);
      this.#special[id] = 1;
    }
    this.#ids = Int32Array.from({ length: vocabSize }, (_, id) => id).filter((id) => this.#special[id] === 0);
    this.count = this.#ids.length;
    if (this.count === 0)
      throw new Error(`vocabulary: all ${vocabSize} ids are special; want some that stand for text`);
  }

  isSpecial(id: number): boolean {
    return this.#special[id] === 1;
  }

  /** One of them, each as likely. */
  draw(rng: Rng): number {
    return this.#ids[rng.integer(this.count)]!;
  }
}
