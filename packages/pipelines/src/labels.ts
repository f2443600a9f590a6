// The names of a classifier's classes, and the likeliest of them.
import type { ModelConfig } from '@orchid-ml/orchid-models';
import { topGuesses } from './top-guesses.ts';
import type { LabelGuess } from './types.ts';

/** The likeliest classes of an input. */
export interface Classified {
  readonly guesses: readonly LabelGuess[];
}

/** The model's class names, in the order of its scores; numbers where config.json has no names. */
export function labelNames(config: ModelConfig): readonly string[] {
  const { id2label = {}, num_labels: count = 0 } = config as {
    readonly id2label?: Readonly<Record<string, string>>;
    readonly num_labels?: number;
  };
  return Array.from({ length: count }, (_, id) => id2label[String(id)] ?? String(id));
}

/** @param scores of one input, one a label */
export function labelGuesses(labels: readonly string[], scores: Float32Array, top: number): LabelGuess[] {
  return topGuesses(scores, top).map(({ id, probability }) => ({ label: labels[id]!, probability }));
}

/** {@link labelGuesses} of each input of a batch. @param values [B, labels], row-major */
export function classified(
  labels: readonly string[],
  batch: readonly { readonly top: number }[],
  values: Float32Array,
): Classified[] {
  const count = labels.length;
  return batch.map(({ top }, i) => ({
    guesses: labelGuesses(labels, values.subarray(i * count, (i + 1) * count), top),
  }));
}
