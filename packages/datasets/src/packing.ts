// Documents of any length into windows of one length, as BERT and RoBERTa take them: [CLS] tokens [SEP] tokens [SEP] ...
import { requireSpecial, type SpecialTokens } from '@orchid-ml/tokenizers';

export interface PackingOptions {
  /** Tokens a window; at least 3. */
  readonly length: number;
  /** Of these, `cls`, `sep` and, for documents kept whole, `pad` are needed. */
  readonly tokenizer: { readonly specialTokens: SpecialTokens };
  /**
   * Keep a document that fits into a window in one: what is left of the window before it is padding. By default documents
   * go on in the next window, and none but the last has padding.
   */
  readonly whole?: boolean;
}

/** Takes documents one by one and gives windows as they fill; what is begun is its state. */
export class WindowPacker {
  readonly length: number;
  readonly #cls: number;
  readonly #sep: number;
  readonly #pad: number | undefined;
  readonly #whole: boolean;
  /** The tokens of the window that is not full, `[CLS]` included. */
  #begun: number[];

  /** @throws Error when the length is less than 3 or the tokenizer lacks a special token that is needed */
  constructor({ length, tokenizer, whole = false }: PackingOptions) {
    if (!Number.isInteger(length) || length < 3)
      throw new Error(`packing: length is ${length}; want an integer of at least 3 ([CLS], a token and [SEP])`);
    this.length = length;
    this.#cls = requireSpecial('packing', tokenizer, 'cls');
    this.#sep = requireSpecial('packing', tokenizer, 'sep');
    this.#pad = whole ? requireSpecial('packing', tokenizer, 'pad') : tokenizer.specialTokens.pad;
    this.#whole = whole;
    this.#begun = [this.#cls];
  }

  /** The tokens of the window that is not full, for a checkpoint. */
  get state(): readonly number[] {
    return [...this.#begun];
  }

  /** @throws Error unless it is what {@link state} gave */
  set state(state: readonly number[]) {
    if (!Array.isArray(state) || state[0] !== this.#cls || state.length >= this.length)
      throw new Error(
        `packing: state has ${state?.length} tokens; want [CLS] and less than a window of ${this.length}`,
      );
    this.#begun = [...state];
  }

  /** The windows, int32 [length] each, that a document fills; an empty document is passed over. */
  add(document: ArrayLike<number>): Int32Array[] {
    const windows: Int32Array[] = [];
    if (document.length === 0) return windows;
    if (this.#whole && document.length + 1 > this.length - this.#begun.length) {
      const padded = this.rest();
      if (padded) windows.push(padded);
    }
    const put = (id: number) => {
      this.#begun.push(id);
      if (this.#begun.length < this.length) return;
      windows.push(Int32Array.from(this.#begun));
      this.#begun = [this.#cls];
    };
    for (let i = 0; i < document.length; i++) put(document[i]!);
    // A document that ends with its window needs no border to the next.
    if (this.#begun.length > 1) put(this.#sep);
    return windows;
  }

  /**
   * The window that is not full, padded, or null when nothing is begun.
   *
   * @throws Error when the tokenizer has no pad token
   */
  rest(): Int32Array | null {
    if (this.#begun.length === 1) return null;
    const pad = this.#pad ?? requireSpecial('packing', { specialTokens: {} }, 'pad');
    const window = new Int32Array(this.length).fill(pad);
    window.set(this.#begun);
    this.#begun = [this.#cls];
    return window;
  }
}

/**
 * Documents as windows, int32 [windows * length], for `new MlmDataset({ ids, packed: true })`. The last window is padded
 * if the tokenizer has a pad token, and left out if it has none and there are others.
 *
 * @throws Error when an option does not fit
 */
export function packDocuments(documents: Iterable<ArrayLike<number>>, options: PackingOptions): Int32Array {
  const packer = new WindowPacker(options);
  const windows: Int32Array[] = [];
  for (const document of documents) windows.push(...packer.add(document));
  if (options.tokenizer.specialTokens.pad !== undefined) {
    const rest = packer.rest();
    if (rest) windows.push(rest);
  }
  const ids = new Int32Array(windows.length * packer.length);
  for (const [i, window] of windows.entries()) ids.set(window, i * packer.length);
  return ids;
}
