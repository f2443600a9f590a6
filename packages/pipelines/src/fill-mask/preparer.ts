// Reads texts with masks for a model that fills them.
import { DNA_LETTERS } from '@orchid-ml/datasets';
import type { ConfigOf, SequenceModelType } from '@orchid-ml/orchid-models';
import { CharTokenizer, type Tokenizer } from '@orchid-ml/tokenizers';
import { checkObject, checkText, checkTop } from '../checks.ts';
import { InputError } from '../input-error.ts';
import type { FillMaskPreprocessor } from '../preprocessor/schema.ts';
import type { Prepared, Preparer, TopOptions } from '../types.ts';
import { checkLetters } from './letters.ts';
import { cutAtMasks, DEFAULT_MASK, maskedIds, maskTexts } from './masked-text.ts';

export interface FillMaskInput {
  /** With masks. Of a DNA model: nucleotides (A, C, G, T, N), in either case. */
  readonly text: string;
}

export interface FillMaskOptions extends TopOptions {
  /** What marks something hidden. Default `[MASK]`; the tokenizer's own mask token always does too. */
  readonly mask?: string;
  /** Stands before the text, its end as far as it fits into a window as long as those of the training. Default: nothing. */
  readonly context?: string;
  /** Whether there has to be a mask. Default true; false for texts that are to be embedded. */
  readonly requireMask?: boolean;
}

export interface FillMaskPrepared extends Prepared {
  readonly task: 'fill-mask';
  /** int32 [L]: special tokens, context and text */
  readonly ids: Int32Array;
  /** where the text is among them */
  readonly start: number;
  readonly end: number;
  /** places of the masks among them */
  readonly masks: readonly number[];
  readonly contextTokens: number;
  readonly top: number;
}

export type FillMaskConfig = ConfigOf<Exclude<SequenceModelType, 'orchid-recall'>>;

export class FillMaskPreparer implements Preparer<FillMaskInput, FillMaskOptions, FillMaskPrepared> {
  readonly task = 'fill-mask';
  readonly config: FillMaskConfig;
  readonly tokenizer: Tokenizer;
  /** Tokens that a text is filled up to by its context. */
  readonly window: number;
  /** Round context and text, such as [CLS] and [SEP]. */
  readonly #before: readonly number[];
  readonly #after: readonly number[];

  /** @throws Error without a tokenizer, or with one that is not the model's */
  constructor(config: FillMaskConfig, tokenizer: Tokenizer | null, preprocessor: FillMaskPreprocessor | null) {
    this.config = config;
    this.tokenizer = tokenizer ?? defaultTokenizer(config);
    maskTexts(DEFAULT_MASK, this.tokenizer);
    const { max_position_embeddings: longest } = config;
    this.window = Math.min(preprocessor?.window ?? longest, longest);
    // BERT as others trained it knows texts only within their special tokens.
    const hasSpecial = preprocessor?.add_special_tokens ?? config.model_type === 'bert';
    const items = hasSpecial ? this.tokenizer.template.single : [];
    const at = items.findIndex((item) => 'sequence' in item);
    const special = (some: typeof items) => some.flatMap((item) => ('ids' in item ? item.ids : []));
    this.#before = special(items.slice(0, Math.max(0, at)));
    this.#after = special(items.slice(at + 1));
  }

  prepare(input: FillMaskInput, options: FillMaskOptions = {}): FillMaskPrepared {
    checkObject('input', input);
    const { tokenizer } = this;
    const isDna = this.config.model_type === 'orchid-dna';
    const mask = checkText('mask', options.mask ?? DEFAULT_MASK);
    const marks = maskTexts(mask, tokenizer);
    const given = checkText('text', input.text);
    const read = (text: string) => (isDna ? text.toUpperCase() : text);
    const pieces = cutAtMasks(read(given), marks.map(read));
    if (pieces.length < 2 && options.requireMask !== false) {
      throw new InputError(
        'text',
        `there is no ${mask} in the text; want at least one, e.g. "to be or n${mask}t to be" (the option mask changes the mark)`,
      );
    }
    if (isDna) checkLetters('text', pieces, mask);
    const own = maskedIds(pieces, tokenizer);
    const longest = this.config.max_position_embeddings;
    const around = this.#before.length + this.#after.length;
    const count = own.ids.length + around;
    if (count > longest) {
      throw new InputError(
        'text',
        `the text has ${count} tokens; the model takes at most ${longest}. Cut it into parts.`,
      );
    }
    if (count === 0) throw new InputError('text', 'the text is empty; want at least one token');
    const context = this.#context(options.context, Math.max(0, this.window - count), isDna);
    const start = this.#before.length + context.length;
    const ids = Int32Array.from([...this.#before, ...context, ...own.ids, ...this.#after]);
    return {
      task: 'fill-mask',
      bucket: `${ids.length}`,
      positions: ids.length,
      ids,
      start,
      end: start + own.ids.length,
      masks: own.masks.map((at) => start + at),
      contextTokens: context.length,
      top: checkTop(options.top),
    };
  }

  #context(given: string | undefined, room: number, isDna: boolean): Int32Array {
    if (given === undefined) return new Int32Array(0);
    const text = checkText('context', given);
    if (isDna) checkLetters('context', [text.toUpperCase()]);
    const ids = this.tokenizer.encode(isDna ? text.toUpperCase() : text);
    return room === 0 ? new Int32Array(0) : ids.slice(-room);
  }
}

/** What a DNA model reads is known without a file; what others read is not. */
function defaultTokenizer({ model_type: type, vocab_size: vocab }: FillMaskConfig): Tokenizer {
  const letters = new CharTokenizer(DNA_LETTERS);
  if (type === 'orchid-dna' && vocab === letters.vocabSize) return letters;
  throw new Error('there is no tokenizer.json, without which the model cannot read text');
}
