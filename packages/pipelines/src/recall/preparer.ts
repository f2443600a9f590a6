// Reads questions for a recall model.
import type { ConfigOf } from '@orchid-ml/orchid-models';
import { checkObject, checkText, checkTop } from '../checks.ts';
import type { RecallPreprocessor } from '../preprocessor/schema.ts';
import type { Prepared, Preparer, TopOptions } from '../types.ts';
import { readQuestion } from './question.ts';

export interface RecallInput {
  /** Pairs of key and value, `=>`, and the key that is asked for: `k3 v5 k1 v2 => k3`, by names or ids. */
  readonly sequence: string;
}

export interface RecallPrepared extends Prepared {
  readonly task: 'recall';
  /** int32 [L] */
  readonly ids: Int32Array;
  /** the value that the sequence gave the key */
  readonly expected: number;
  readonly top: number;
}

export class RecallPreparer implements Preparer<RecallInput, TopOptions, RecallPrepared> {
  readonly task = 'recall';
  readonly config: ConfigOf<'orchid-recall'>;
  /** Tokens of a sequence in training, up to which shorter ones are repeated. */
  readonly length: number;

  constructor(config: ConfigOf<'orchid-recall'>, preprocessor: RecallPreprocessor | null) {
    this.config = config;
    this.length = preprocessor?.length ?? config.max_position_embeddings;
  }

  prepare(input: RecallInput, { top }: TopOptions = {}): RecallPrepared {
    checkObject('input', input);
    const { vocab_size: vocab, max_position_embeddings: longest } = this.config;
    const { ids, expected } = readQuestion(checkText('sequence', input.sequence), vocab, this.length, longest);
    return { task: 'recall', bucket: `${ids.length}`, positions: ids.length, ids, expected, top: checkTop(top) };
  }
}
