// Reads texts, or pairs of texts, for a model that judges them.
import type { ConfigOf } from '@orchid-ml/orchid-models';
import { requireSpecial, type TextInput, type Tokenizer } from '@orchid-ml/tokenizers';
import { checkObject, checkText, checkTop } from '../checks.ts';
import { InputError } from '../input-error.ts';
import { missingPreprocessor } from '../missing.ts';
import { PREPROCESSOR_FILE } from '../preprocessor/parse.ts';
import type { TextClassificationPreprocessor } from '../preprocessor/schema.ts';
import type { Prepared, Preparer, TopOptions } from '../types.ts';

export interface TextClassificationInput {
  readonly text: string;
  /** The second text, for a model that judges pairs, and for no other. */
  readonly textPair?: string;
}

/** A row of tokens, padded. */
export interface TextClassificationPrepared extends Prepared {
  readonly task: 'text-classification';
  /** int32 [L] */
  readonly inputIds: Int32Array;
  /** int32 [L]: 1 for a token, 0 for padding */
  readonly attentionMask: Int32Array;
  /** int32 [L]: 1 in the second text */
  readonly tokenTypeIds: Int32Array;
  readonly top: number;
}

export type TextClassificationConfig = ConfigOf<'orchid-bert' | 'bert'>;

const example = { task: 'text-classification', texts: 1, max_length: 128, pad_to_multiple_of: 16 };

export class TextClassificationPreparer
  implements Preparer<TextClassificationInput, TopOptions, TextClassificationPrepared>
{
  readonly task = 'text-classification';
  readonly config: TextClassificationConfig;
  readonly tokenizer: Tokenizer;
  readonly preprocessor: TextClassificationPreprocessor;

  /** @throws Error saying which file is missing, or which key does not fit the model */
  constructor(
    config: TextClassificationConfig,
    tokenizer: Tokenizer | null,
    preprocessor: TextClassificationPreprocessor | null,
  ) {
    if (!tokenizer) throw new Error('there is no tokenizer.json, without which the model cannot read text');
    if (!preprocessor) throw missingPreprocessor('texts', example);
    const { max_length: length, pad_to_multiple_of: multiple } = preprocessor;
    const { max_position_embeddings: longest } = config;
    if (length > longest) {
      throw new Error(`${PREPROCESSOR_FILE}: max_length is ${length}; the model takes at most ${longest} tokens`);
    }
    if (multiple > 1) requireSpecial('text-classification', tokenizer, 'pad');
    this.config = config;
    this.tokenizer = tokenizer;
    this.preprocessor = preprocessor;
  }

  prepare(input: TextClassificationInput, { top }: TopOptions = {}): TextClassificationPrepared {
    checkObject('input', input);
    const { max_length: maxLength, pad_to_multiple_of: padToMultipleOf } = this.preprocessor;
    const encoded = this.tokenizer.encodeBatch([this.#texts(input)], {
      maxLength,
      truncation: 'longest_first',
      padToMultipleOf,
    });
    if (encoded.lengths[0] === 0) throw new InputError('text', 'the text is empty; want at least one token');
    // The last multiple ends where the model does; beyond there is padding alone.
    const row = (values: Int32Array) => values.slice(0, maxLength);
    const inputIds = row(encoded.inputIds);
    return {
      task: 'text-classification',
      bucket: `${inputIds.length}`,
      positions: inputIds.length,
      inputIds,
      attentionMask: row(encoded.attentionMask),
      tokenTypeIds: row(encoded.tokenTypeIds),
      top: checkTop(top),
    };
  }

  #texts({ text, textPair }: TextClassificationInput): TextInput {
    const first = checkText('text', text);
    if (this.preprocessor.texts === 2) {
      if (textPair === undefined)
        throw new InputError('textPair', 'textPair is missing: the model judges pairs of texts');
      return [first, checkText('textPair', textPair)];
    }
    if (textPair === undefined) return first;
    throw new InputError('textPair', 'textPair is given, but the model judges one text');
  }
}
