// The keys that say what a body of hidden states is for. A configuration with another head is the same body's.
import { z } from 'zod';

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
  num_labels: z
    .int()
    .min(1)
    .optional()
    .describe('Labels of a classification, numbers of a regression; as many as id2label has, else 2, or 1 number.'),
  id2label: z.record(z.string(), z.string()).optional().describe('Names of the labels by number ("0", "1", ...).'),
  label2id: z.record(z.string(), z.int().min(0)).optional().describe('Numbers of the labels by name.'),
};

interface HeadConfig {
  head: Head;
  num_labels?: number | undefined;
  id2label?: Record<string, string> | undefined;
}

/** The default of `num_labels`. */
export function withLabels<C extends HeadConfig>(config: C): Omit<C, 'num_labels'> & { num_labels: number } {
  const names = config.id2label && Object.keys(config.id2label).length;
  return { ...config, num_labels: config.num_labels ?? names ?? (config.head === 'regression' ? 1 : 2) };
}

/** What is wrong with keys that each are right by themselves, or null. */
export function labelsProblem({ num_labels: count, id2label }: HeadConfig): string | null {
  if (id2label === undefined) return null;
  const names = Object.keys(id2label).length;
  if (names !== count) return `id2label has ${names} labels and num_labels is ${count}; want as many`;
  const missing = Array.from({ length: names }, (_, i) => String(i)).find((id) => !Object.hasOwn(id2label, id));
  return missing === undefined ? null : `id2label has no label "${missing}"; want "0" to "${names - 1}"`;
}
