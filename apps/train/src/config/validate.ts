// Turns "this does not fit the schema" into a sentence that names the key, what it got and what was wanted.
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { suggestion } from './nearest.ts';
import {
  leaves,
  type MlmConfig,
  type RecallConfig,
  type RunConfig,
  schemas,
  type Task,
  type TokenConfig,
} from './schema.ts';

/** `"fast" (a string)`, `[1, 2] (a list)`. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  const kind = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a table' : `a ${typeof value}`;
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return `${text.length > 60 ? `${text.slice(0, 57)}...` : text} (${kind})`;
}

/** What a key's schema accepts, in words. */
export function wanted(schema: z.ZodType): string {
  if (schema instanceof z.ZodNullable) return `${wanted(schema.unwrap() as z.ZodType)}, or null`;
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((v) => JSON.stringify(v)).join(' or ');
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(', ')}`;
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodArray) return `a list, each ${wanted(schema.element as z.ZodType)}`;
  if (schema instanceof z.ZodString) return 'a string';
  if (schema instanceof z.ZodNumber) {
    const isWhole = schema.format === 'safeint';
    const { minValue: min, maxValue: max } = schema;
    const allows = (bound: number) => isWhole || schema.safeParse(bound).success;
    const bounds = [
      min !== null && min > Number.MIN_SAFE_INTEGER ? `${allows(min) ? 'at least' : 'above'} ${min}` : '',
      max !== null && max < Number.MAX_SAFE_INTEGER ? `${allows(max) ? 'at most' : 'below'} ${max}` : '',
    ].filter(Boolean);
    return [isWhole ? 'a whole number' : 'a number', bounds.join(' and ')].filter(Boolean).join(' ');
  }
  return 'another value';
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}

function explain(issue: z.core.$ZodIssue, root: unknown, task: Task, where: string): string[] {
  const all = leaves(task);
  const prefix = issue.path.length ? `${issue.path.join('.')}.` : '';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const guess = suggestion(
        prefix + key,
        all.map((leaf) => leaf.key),
      );
      const siblings = Object.keys(
        (valueAt(schemas[task].shape, issue.path.slice(0, 1)) as z.ZodObject)?.shape ?? schemas[task].shape,
      );
      return `${where}: unknown key \`${prefix}${key}\`${guess || `; the keys here are ${siblings.join(', ')}`}`;
    });
  }
  const key = issue.path.join('.');
  const value = valueAt(root, issue.path);
  const leaf = all.find((candidate) => candidate.key === key);
  if (value === undefined)
    return [`${where}: the key \`${key}\` is missing${leaf ? `; want ${wanted(leaf.schema)}` : ''}`];
  if (!leaf) return [`${where}: \`${key || 'the preset'}\` is ${shown(value)}; want a table of keys`];
  const want = issue.code === 'custom' ? issue.message.replace(/^want /, '') : wanted(leaf.schema);
  return [`${where}: \`${key}\` is ${shown(value)}; want ${want}`];
}

/**
 * Checks a preset's values against its task's schema.
 *
 * @param raw what was read
 * @param task which schema
 * @param where the file or option the values came from, for the message
 * @throws UsageError naming every key that is unknown, missing or of a wrong type
 */
export function validate(raw: unknown, task: 'recall', where: string): RecallConfig;
export function validate(raw: unknown, task: 'mlm', where: string): MlmConfig;
export function validate(raw: unknown, task: Task, where: string): RunConfig;
export function validate(raw: unknown, task: Task, where: string): RunConfig {
  const result = schemas[task].safeParse(raw);
  if (!result.success) {
    const lines = result.error.issues.flatMap((issue) => explain(issue, raw, task, where));
    throw new UsageError([...new Set(lines)].join('\n'));
  }
  const config = result.data;
  if (isOfTokens(config)) checkLength(config, where);
  if (config.model.transform === 'dct' && config.model.kernel_domain === 'time')
    throw new UsageError(`${where}: model.kernel_domain time goes with model.transform dft only; the transform is dct`);
  const problem = mixerProblem(config);
  if (problem !== null) throw new UsageError(`${where}: ${problem}`);
  return config;
}

function isOfTokens(config: RunConfig): config is TokenConfig {
  return 'max_position_embeddings' in config.model;
}

function checkLength({ model, data }: TokenConfig, where: string): void {
  const longest = model.max_position_embeddings;
  if (longest !== null && data.length > longest)
    throw new UsageError(
      `${where}: sequences of data.length ${data.length} do not fit the model: model.max_position_embeddings ` +
        `(l_max) is ${longest}. Make data.length smaller, or l_max at least ${data.length} (null takes data.length).`,
    );
}

/** What does not go together among the keys of a mixer, or null; of those that this mixer looks at. */
function mixerProblem(config: RunConfig): string | null {
  const { model } = config;
  const { mixer, hidden_size: width, num_attention_heads: heads } = model;
  const hasHeads = mixer !== 'orchid' && mixer !== 'hyena';
  if (hasHeads && width % heads !== 0) {
    return `model.num_attention_heads is ${heads} and model.hidden_size ${width}; want a divisor of the width`;
  }
  if (mixer === 'routing' && heads === width) {
    return `model.num_attention_heads is ${heads} and model.hidden_size ${width}; routing wants heads of at least 2 channels`;
  }
  // Of images and sounds the model itself says how many positions there are.
  if (!isOfTokens(config)) return null;
  const longest = config.model.max_position_embeddings ?? config.data.length;
  if (mixer === 'linformer' && model.linformer_k > longest) {
    return `model.linformer_k is ${model.linformer_k}; want at most l_max, which is ${longest}`;
  }
  return null;
}
