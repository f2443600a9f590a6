// From a text in which something is hidden to ids.
import { requireSpecial, type Tokenizer } from '@orchid-ml/tokenizers';
import { InputError } from '../input-error.ts';

export interface MaskedText {
  readonly ids: readonly number[];
  /** places of the masks among them */
  readonly masks: readonly number[];
}

/** How a mask is written unless a caller says otherwise; the tokenizer's own way, such as `<mask>`, is always one. */
export const DEFAULT_MASK = '[MASK]';

/** The texts that mark a mask, the one that the caller chose first. */
export function maskTexts(mask: string, tokenizer: Tokenizer): string[] {
  if (mask === '') {
    throw new InputError('mask', 'mask is empty; want the text that marks what is hidden, such as _ or [MASK]');
  }
  const own = tokenizer.tokenOf(requireSpecial('fill-mask', tokenizer, 'mask'));
  return own === mask ? [mask] : [mask, own];
}

/** A text cut where any of the marks stands, the longest first. */
export function cutAtMasks(text: string, marks: readonly string[]): string[] {
  const escaped = [...marks]
    .sort((a, b) => b.length - a.length)
    .map((mark) => mark.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return text.split(new RegExp(escaped.join('|')));
}

/** The ids of a text that was cut at its masks. */
export function maskedIds(pieces: readonly string[], tokenizer: Tokenizer): MaskedText {
  const hidden = requireSpecial('fill-mask', tokenizer, 'mask');
  const ids: number[] = [];
  const masks: number[] = [];
  pieces.forEach((piece, i) => {
    if (i > 0) {
      masks.push(ids.length);
      ids.push(hidden);
    }
    for (const id of tokenizer.encode(piece)) ids.push(id);
  });
  return { ids, masks };
}
