// A text cut into tokens: what every tokenizer does in its own way, and pairs and batches are made of.
import type { Template } from './template.ts';

export interface EncodeOptions {
  /**
   * Read special tokens that are written out in the text, such as `[MASK]`, as such. Off by default, so that a corpus in
   * which these words occur is taken literally; on for a user's prompt with masks to fill.
   */
  readonly parseSpecial?: boolean;
}

export interface PieceOptions extends EncodeOptions {
  /** Say where in the text each token comes from. Default false. */
  readonly offsets?: boolean;
}

/** A text's tokens, without special tokens round them. */
export interface Pieces {
  readonly ids: Int32Array;
  /**
   * int32 [2 n], there if asked for: token i comes from `text.slice(offsets[2 * i], offsets[2 * i + 1])`, in UTF-16 units as
   * all of JavaScript counts. A token that has a part of a character only is given the whole character.
   */
  readonly offsets?: Int32Array;
}

/** What pairs and batches need of a tokenizer. */
export interface Cutter {
  readonly template: Template;
  pieces(text: string, options?: PieceOptions): Pieces;
}
