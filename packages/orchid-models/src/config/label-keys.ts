// The keys that say what a classifier tells apart, as Hugging Face's config.json has them.
import { z } from 'zod';

export const labelKeys = {
  num_labels: z.int().min(1).optional().describe('Number of classes; that of id2label, or 2, if left out.'),
  id2label: z.record(z.string(), z.string()).optional().describe('Names of the classes by their numbers.'),
  label2id: z.record(z.string(), z.int().min(0)).optional().describe('Numbers of the classes by their names.'),
};

interface Labels {
  num_labels?: number | undefined;
  id2label?: Record<string, string> | undefined;
  label2id?: Record<string, number> | undefined;
}

/** The default of `num_labels`. */
export function withLabels<C extends Labels>(config: C): Omit<C, 'num_labels'> & { num_labels: number } {
  return { ...config, num_labels: config.num_labels ?? (config.id2label ? Object.keys(config.id2label).length : 2) };
}

/** What does not go together among these keys, or null. */
export function labelProblem({
  num_labels: count,
  id2label,
  label2id,
}: Labels & { num_labels: number }): string | null {
  if (id2label !== undefined) {
    const ids = Object.keys(id2label);
    if (ids.length !== count) return `id2label has ${ids.length} classes and num_labels is ${count}; want as many`;
    const stray = ids.find((id) => !/^\d+$/.test(id) || Number(id) >= count);
    if (stray !== undefined) return `id2label has a class ${JSON.stringify(stray)}; want 0 to ${count - 1}`;
  }
  const far = Object.entries(label2id ?? {}).find(([, id]) => id >= count);
  return far ? `label2id says that ${JSON.stringify(far[0])} is ${far[1]}; want 0 to ${count - 1}` : null;
}
