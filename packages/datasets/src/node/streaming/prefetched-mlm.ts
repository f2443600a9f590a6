// Masked-language batches made ahead in a thread: the same as without, in the same order.
import type { Tokenizer, TokenizerJSON } from '@orchid-ml/tokenizers';
import { MlmDataset } from '../../mlm.ts';
import type { MlmBatch, MlmSource } from '../../mlm-source.ts';
import type { MlmStreamState } from '../../streaming/mlm-stream.ts';
import type { MlmRecipe } from './mlm-recipe.ts';
import { Prefetch } from './prefetch.ts';

/** What the thread is sent. */
export interface MlmWorkerConfig {
  readonly recipe: MlmRecipe;
  readonly tokenizer: TokenizerJSON;
}

/** What it says of its stream. */
export interface MlmWorkerAbout {
  readonly heldOutIds: Int32Array;
  readonly leftOut: readonly string[];
  readonly maskProbability: number;
  readonly evalMaskProbability: number;
}

export interface PrefetchMlmOptions {
  /** Batches made ahead, at most. Default 4. */
  readonly ahead?: number;
}

export class PrefetchedMlm implements MlmSource {
  readonly length: number;
  readonly batchSize: number;
  readonly vocabSize: number;
  readonly maskProbability: number;
  readonly evalMaskProbability: number;
  /** As of `MlmStream`. */
  readonly leftOut: readonly string[];
  readonly #prefetch: Prefetch<MlmBatch>;
  readonly #heldOut: MlmDataset;

  private constructor(prefetch: Prefetch<MlmBatch>, recipe: MlmRecipe, tokenizer: Tokenizer) {
    const { heldOutIds: ids, leftOut, ...chances } = prefetch.about as MlmWorkerAbout;
    const { length, batchSize, seed } = recipe;
    this.#prefetch = prefetch;
    this.#heldOut = new MlmDataset({ ids, heldOutIds: ids, tokenizer, length, batchSize, seed, ...chances });
    this.leftOut = leftOut;
    this.length = length;
    this.batchSize = batchSize;
    this.vocabSize = tokenizer.vocabSize;
    this.maskProbability = chances.maskProbability;
    this.evalMaskProbability = chances.evalMaskProbability;
  }

  /**
   * Starts a thread that streams as `openMlmStream` does. The thread ends with the program, or by {@link close}.
   *
   * @throws Error as `openMlmStream`
   */
  static async start(
    recipe: MlmRecipe,
    tokenizer: Tokenizer,
    { ahead = 4 }: PrefetchMlmOptions = {},
  ): Promise<PrefetchedMlm> {
    const entry = new URL('../../../bin/mlm-worker.mjs', import.meta.url);
    const config: MlmWorkerConfig = { recipe, tokenizer: tokenizer.toJSON() };
    const prefetch = await Prefetch.start<MlmBatch>({ entry, config, ahead });
    return new PrefetchedMlm(prefetch, recipe, tokenizer);
  }

  get state(): unknown {
    return this.#prefetch.state;
  }

  set state(state: unknown) {
    this.#prefetch.state = state;
  }

  get batchNumber(): number {
    return (this.#prefetch.state as MlmStreamState).batches;
  }

  trainBatch(): Promise<MlmBatch> {
    return this.#prefetch.next();
  }

  evalBatches(limit?: number): Generator<MlmBatch> {
    return this.#heldOut.evalBatches(limit);
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#prefetch.close();
  }
}
