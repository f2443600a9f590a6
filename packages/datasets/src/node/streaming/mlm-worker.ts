// What the thread of prefetched-mlm.ts runs; bin/mlm-worker.mjs imports it.
import { tokenizerFromJSON } from '@orchid-ml/tokenizers';
import type { MlmBatch } from '../../mlm-source.ts';
import { openMlmStream } from './mlm-recipe.ts';
import { servePrefetch } from './prefetch.ts';
import type { MlmWorkerAbout, MlmWorkerConfig } from './prefetched-mlm.ts';

servePrefetch<MlmWorkerConfig, MlmBatch>(async ({ recipe, tokenizer }) => {
  const stream = await openMlmStream(recipe, tokenizerFromJSON(tokenizer));
  const { maskProbability, evalMaskProbability, heldOut, leftOut } = stream;
  const about: MlmWorkerAbout = { heldOutIds: heldOut.heldOutIds, leftOut, maskProbability, evalMaskProbability };
  return {
    about,
    next: () => stream.trainBatch(),
    get state(): unknown {
      return stream.state;
    },
    set state(state: unknown) {
      stream.state = state as typeof stream.state;
    },
  };
});
