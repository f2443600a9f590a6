// The keys that say what a classifier tells apart, as Hugging Face's config.json has them.
import { z } from 'zod';

export const labelKeys = {
  num_labels: z.int().min(1).optional().describe('Number of labels; as many as id2label has, else 2, if left out.'),
  id2label: z.record(z.string(), z.string()).optional().describe('Names of the labels by number ("0", "1", ...).'),
  label2id: z.record(z.string(), z.int().min(0)).optional().describe('Numbers of the labels by name.'),
};

interface Labels {
  num_labels?: number | undefined;
  id2label?: Record<string, string> | undefined;
  label2id?: Record<string, number> | undefined;
}

/** The default of `num_labels`: `fallback` where labels have no names. */
export function withLabels<C extends Labels>(config: C, fallback = 2): Omit<C, 'num_labels'> & { num_labels: number } {
  const names = config.id2label && Object.keys(config.id2label).length;
  return { ...config, num_labels: config.num_labels ?? names ?? fallback };
}

/** What is wrong with keys that each are right by themselves, or null. */
export function labelsProblem({ num_labels: count = 0, id2label, label2id }: Labels): string | null {
  if (id2label !== undefined) {
    const names = Object.keys(id2label).length;
    if (names !== count) return `id2label has ${names} labels and num_labels is ${count}; want as many`;
    const missing = Array.from({ length: names }, (_, i) => String(i)).find((id) => !Object.hasOwn(id2label, id));
    if (missing !== undefined) return `id2label has no label "${missing}"; want "0" to "${names - 1}"`;
  }
  const far = Object.entries(label2id ?? {}).find(([, id]) => id >= count);
  return far ? `label2id says that ${JSON.stringify(far[0])} is ${far[1]}; want 0 to ${count - 1}` : null;
}
