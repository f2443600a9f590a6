// Configurations out of files that other programs wrote, and what a caller wants otherwise.
import type { ConfigDefinition } from './definition.ts';
import { parseConfig } from './parse.ts';
import { DEFINITIONS, type ModelConfig, type ModelType } from './schema.ts';

/** The kinds of models whose files are written by other programs too, with keys that mean nothing here. */
const FOREIGN: ReadonlySet<string> = new Set<ModelType>(['bert', 'vit']);

/** The keys that belong to a head, and go with it. */
const LABEL_KEYS = ['num_labels', 'id2label', 'label2id', 'problem_type'] as const;

export interface PretrainedConfig {
  readonly config: ModelConfig;
  /** keys of the file that mean nothing here and were left out */
  readonly unusedKeys: string[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the contents of a config.json, with some keys replaced. Of BERT and ViT, keys that are not known here (files of the hub have
 * many) are set aside; all others are checked as ever. Names of labels do not outlive the labels.
 *
 * @param json parsed JSON
 * @param replaced keys that are to have other values; `model_type` is not among them
 * @throws Error as `parseConfig` does; a key of `replaced` is never set aside
 */
export function parsePretrainedConfig(
  json: unknown,
  replaced: Readonly<Record<string, unknown>> = {},
): PretrainedConfig {
  if (!isRecord(json)) return { config: parseConfig(json), unusedKeys: [] };
  if ('model_type' in replaced) throw new Error('config: model_type is what the file says; it cannot be replaced');
  const own = { ...json };
  const unusedKeys: string[] = [];
  if (typeof own.model_type === 'string' && FOREIGN.has(own.model_type)) {
    const { schema } = DEFINITIONS[own.model_type as ModelType] as unknown as ConfigDefinition;
    for (const key of Object.keys(own)) {
      if (Object.hasOwn(schema.shape, key)) continue;
      unusedKeys.push(key);
      delete own[key];
    }
  }
  if (isOtherHead(own, replaced)) for (const key of LABEL_KEYS) delete own[key];
  return { config: parseConfig({ ...own, ...replaced }), unusedKeys };
}

function isOtherHead(own: Record<string, unknown>, replaced: Readonly<Record<string, unknown>>): boolean {
  const asked = ['head', 'num_labels'].filter((key) => replaced[key] !== undefined);
  if (asked.length === 0) return false;
  let before: Record<string, unknown>;
  try {
    before = parseConfig(own) as unknown as Record<string, unknown>;
  } catch {
    // What is wrong with it is said of the configuration that is wanted; a head that is not known here is another one.
    return true;
  }
  return asked.some((key) => before[key] !== replaced[key]);
}
