// Documents into windows without special tokens, for vocabularies that have none: characters and bytes.
import type { Tokenizer } from '@orchid-ml/tokenizers';
import { WindowPacker } from '../packing.ts';

/** What makes windows of documents; `state` is plain JSON. */
export interface Packer {
  state: readonly number[];
  /** The windows, int32 [length] each, that a document fills. */
  add(document: ArrayLike<number>): Int32Array[];
}

/** Documents one after the other, a line end between them. */
export class JoiningPacker implements Packer {
  readonly #length: number;
  readonly #border: Int32Array;
  #begun: number[] = [];

  /** @throws Error unless the length is an integer of at least 1 */
  constructor(length: number, border: Int32Array) {
    if (!(Number.isInteger(length) && length >= 1)) {
      throw new Error(`packing: length is ${length}; want an integer of at least 1`);
    }
    this.#length = length;
    this.#border = border;
  }

  get state(): readonly number[] {
    return [...this.#begun];
  }

  set state(state: readonly number[]) {
    if (!Array.isArray(state) || state.length >= this.#length) {
      throw new Error(`packing: state has ${state?.length} tokens; want less than a window of ${this.#length}`);
    }
    this.#begun = [...state];
  }

  add(document: ArrayLike<number>): Int32Array[] {
    const windows: Int32Array[] = [];
    const put = (ids: ArrayLike<number>) => {
      for (let i = 0; i < ids.length; i++) {
        this.#begun.push(ids[i]!);
        if (this.#begun.length < this.#length) continue;
        windows.push(Int32Array.from(this.#begun));
        this.#begun = [];
      }
    };
    put(document);
    if (document.length > 0) put(this.#border);
    return windows;
  }
}

/** `[CLS]` and `[SEP]` where the vocabulary has them (see {@link WindowPacker}), else a line end between documents. */
export function packerFor(tokenizer: Pick<Tokenizer, 'specialTokens' | 'encode'>, length: number): Packer {
  const { cls, sep } = tokenizer.specialTokens;
  if (cls !== undefined && sep !== undefined) return new WindowPacker({ length, tokenizer });
  return new JoiningPacker(length, tokenizer.encode('\n'));
}
