// The alphabet of a DNA model, for texts that are no genome.
import { DNA_LETTERS } from '@orchid-ml/datasets';
import { InputError } from '../input-error.ts';

/** @throws InputError naming the first letter that is no nucleotide */
export function checkLetters(field: string, pieces: readonly string[], mask?: string): void {
  const known = DNA_LETTERS.join('');
  const [wrong] = pieces.join('').match(new RegExp(`[^${known}]`, 'u')) ?? [];
  if (wrong === undefined) return;
  const hidden = mask === undefined ? '' : ` and ${mask} for what is hidden`;
  throw new InputError(field, `${JSON.stringify(wrong)} is no nucleotide; want ${DNA_LETTERS.join(', ')}${hidden}`);
}
