// The length that a saved model is measured at.
import { UsageError } from '../errors.ts';

/** The option's, else that of the training, else the longest. @throws UsageError for more tokens than the model takes */
export function lengthFor(longest: number, trained: number | undefined, wanted: number | undefined): number {
  const length = wanted ?? trained ?? longest;
  if (length > longest)
    throw new UsageError(
      `--length ${length}: the model takes at most ${longest} tokens (its max_position_embeddings, l_max)`,
    );
  return length;
}
