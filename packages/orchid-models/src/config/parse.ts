// Checks a configuration and says plainly what is wrong with it.
import { z } from 'zod';
import type { ConfigDefinition } from './definition.ts';
import { nearest } from './nearest.ts';
import { type ConfigOf, DEFINITIONS, type ModelConfig, type ModelType } from './schema.ts';

const MODEL_TYPES = Object.keys(DEFINITIONS) as ModelType[];

function fail(message: string): never {
  throw new Error(`config: ${message}`);
}

function isModelType(value: unknown): value is ModelType {
  return typeof value === 'string' && Object.hasOwn(DEFINITIONS, value);
}

/**
 * Checks a configuration (parsed JSON) and fills in the defaults.
 *
 * Errors, all found ones in one message: an unknown key (with the nearest known one), a missing key, a wrong type, a
 * value out of range, keys that do not go together.
 */
export function parseConfig<T extends ModelType>(json: { readonly model_type: T }): ConfigOf<T>;
export function parseConfig(json: unknown): ModelConfig;
export function parseConfig(json: unknown): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    fail(`got ${json === null ? 'null' : Array.isArray(json) ? 'a list' : `a ${typeof json}`}, want an object`);
  }
  const type = (json as Record<string, unknown>).model_type;
  if (!isModelType(type)) {
    const known = MODEL_TYPES.map((name) => `"${name}"`).join(' or ');
    fail(
      type === undefined
        ? `model_type is missing; want ${known}`
        : `model_type is ${JSON.stringify(type)}; want ${known}`,
    );
  }
  // Which definition it is, is known only now; the configuration is that of the type found.
  const { schema, complete, problem } = DEFINITIONS[type] as unknown as ConfigDefinition<z.ZodObject, ModelConfig>;
  const result = schema.safeParse(json);
  if (!result.success) {
    fail(result.error.issues.flatMap((issue) => explain(issue, json, Object.keys(schema.shape), type)).join('; '));
  }
  const config = complete(result.data);
  const trouble = problem(config);
  if (trouble !== null) fail(trouble);
  // Keys in the schema's order, so that one configuration is always one text.
  const entries = Object.keys(schema.shape).map((key) => [key, config[key as keyof ModelConfig]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as ModelConfig;
}

function explain(issue: z.core.$ZodIssue, json: object, known: readonly string[], type: string): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const close = nearest(key, known);
      return `${key} is not a key of ${type}${close ? `; did you mean ${close}?` : `; known: ${known.join(', ')}`}`;
    });
  }
  const key = issue.path.join('.');
  const value = issue.path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown>)[part], json);
  const got = value === undefined ? 'is missing' : `is ${JSON.stringify(value) ?? String(value)}`;
  return [`${key} ${got}; ${wanted(issue)}`];
}

function wanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `want ${issue.expected === 'int' ? 'an integer' : `a ${issue.expected}`}`;
    case 'too_small':
      return `want ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `want ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_value':
      return `want ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    default:
      return issue.message;
  }
}

/** JSON Schema of a model's config.json, every key with its default and description: for editors and for --help. */
export function configJsonSchema(type: ModelType): object {
  return z.toJSONSchema(DEFINITIONS[type].schema, { io: 'input' });
}
