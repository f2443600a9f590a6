// The keys that say what a body of hidden states is for. A configuration with another head is the same body's.
import { z } from 'zod';
import { labelKeys, withLabels } from './label-keys.ts';

export const HEADS = ['masked-lm', 'sequence-classification', 'regression', 'token-classification', 'none'] as const;

/** What comes after the body. */
export type Head = (typeof HEADS)[number];

export const headKeys = {
  head: z
    .enum(HEADS)
    .default('masked-lm')
    .describe(
      'What comes after the body: scores of tokens (`masked-lm`), of labels for the sequence or for each token, numbers ' +
        '(`regression`), or `none` but the pooler.',
    ),
  ...labelKeys,
  num_labels: labelKeys.num_labels.describe(
    'Labels of a classification, numbers of a regression; as many as id2label has, else 2, or 1 number.',
  ),
};

interface HeadConfig {
  head: Head;
  num_labels?: number | undefined;
  id2label?: Record<string, string> | undefined;
}

/** The default of `num_labels`. */
export function withHeadLabels<C extends HeadConfig>(config: C): Omit<C, 'num_labels'> & { num_labels: number } {
  return withLabels(config, config.head === 'regression' ? 1 : 2);
}
