// What tasks over tokens need of what was saved.
import { isSequenceModel, type SequenceModel } from '@orchid-ml/orchid-models';
import type { Tokenizer } from '@orchid-ml/tokenizers';
import { Failure } from '../errors.ts';
import type { Saved } from '../run/saved.ts';

/** @throws Failure for a model that does not score the tokens of a sequence */
export function sequenceModelOf({ model, folder }: Pick<Saved, 'model' | 'folder'>): SequenceModel {
  if (isSequenceModel(model)) return model;
  throw new Failure(`${folder} holds a model of another kind (${model.kind}) than this is for`);
}

/** @throws Failure for a model that was saved without a tokenizer */
export function tokenizerOf({ tokenizer, folder }: Saved): Tokenizer {
  if (tokenizer) return tokenizer;
  throw new Failure(`${folder} has no tokenizer.json, without which its model cannot read text`);
}
