// A text's tokens on memory that the threads of a run share.
import { MlmDataset } from '@orchid-ml/datasets';
import type { SpecialTokens, Tokenizer } from '@orchid-ml/tokenizers';
import type { MlmConfig } from '../../config/schema.ts';
import { datasetOptions } from './data.ts';

/** Texts as a thread needs them: their tokens, on memory that threads share, and what the tokenizer says of its vocabulary. */
export interface Tokens {
  readonly trainIds: Int32Array;
  readonly heldOutIds: Int32Array;
  readonly vocabSize: number;
  readonly specialTokens: SpecialTokens;
  readonly specialIds: readonly number[];
}

/** The tokens of a data set, for the threads of a run. */
export function shareTokens({ trainIds, heldOutIds }: MlmDataset, tokenizer: Tokenizer): Tokens {
  const { vocabSize, specialTokens, specialIds } = tokenizer;
  const shared = (ids: Int32Array): Int32Array => {
    const copy = new Int32Array(new SharedArrayBuffer(ids.byteLength));
    copy.set(ids);
    return copy;
  };
  return { trainIds: shared(trainIds), heldOutIds: shared(heldOutIds), vocabSize, specialTokens, specialIds };
}

/** The data set that {@link shareTokens} took the tokens of. */
export function datasetOfTokens(config: MlmConfig, { trainIds, heldOutIds, ...tokenizer }: Tokens): MlmDataset {
  return new MlmDataset({ ids: trainIds, heldOutIds, tokenizer, ...datasetOptions(config) });
}
