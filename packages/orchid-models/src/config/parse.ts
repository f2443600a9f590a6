// Checks a configuration and says plainly what is wrong with it.
import { z } from 'zod';
import { mixerProblem } from './mixer-keys.ts';
import { nearest } from './nearest.ts';
import { type ModelConfig, type ModelType, SCHEMAS } from './schema.ts';

const MODEL_TYPES = Object.keys(SCHEMAS) as ModelType[];

function fail(message: string): never {
  throw new Error(`config: ${message}`);
}

function isModelType(value: unknown): value is ModelType {
  return typeof value === 'string' && Object.hasOwn(SCHEMAS, value);
}

/**
 * Checks a configuration (parsed JSON) and fills in the defaults.
 *
 * Errors, all found ones in one message: an unknown key (with the nearest known one), a missing key, a wrong type, a
 * value out of range, keys that do not go together.
 */
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
  const schema = SCHEMAS[type];
  const result = schema.safeParse(json);
  if (!result.success) {
    fail(result.error.issues.flatMap((issue) => explain(issue, json, Object.keys(schema.shape), type)).join('; '));
  }
  const { data } = result;
  const config: ModelConfig = { ...data, intermediate_size: data.intermediate_size ?? 4 * data.hidden_size };
  const problem = mixerProblem(config);
  if (problem !== null) fail(problem);
  return config;
}

function explain(issue: z.core.$ZodIssue, json: object, known: readonly string[], type: string): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const close = nearest(key, known);
      return `${key} is not a key of ${type}${close ? `; did you mean ${close}?` : `; known: ${known.join(', ')}`}`;
    });
  }
  const key = issue.path.join('.');
  const value = (json as Record<string, unknown>)[key];
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
  return z.toJSONSchema(SCHEMAS[type], { io: 'input' });
}
