// Checks the contents of preprocessor_config.json and says plainly what is wrong with them.
import type { z } from 'zod';
import { shown } from '../checks.ts';
import { PIPELINE_TASKS, type PipelineTask } from '../types.ts';
import { fromHuggingFace, huggingFaceImages } from './hugging-face.ts';
import { type Preprocessor, preprocessorSchemas } from './schema.ts';

/** The name of the file. */
export const PREPROCESSOR_FILE = 'preprocessor_config.json';

/**
 * Reads the contents of preprocessor_config.json: our own, or that of an image model of the Hugging Face hub, which names no task.
 *
 * @param json its text, or parsed
 * @throws Error naming every key that does not fit, what it has and what it is to have
 */
export function parsePreprocessor(json: unknown): Preprocessor {
  const value: unknown = typeof json === 'string' ? parseText(json) : json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${PREPROCESSOR_FILE}: got ${value === null ? 'null' : shown(value)}; want an object`);
  }
  const { task } = value as { readonly task?: unknown };
  if (task === undefined && 'image_mean' in value) {
    const foreign = checked(huggingFaceImages, value);
    try {
      return parsePreprocessor(fromHuggingFace(foreign));
    } catch (error) {
      throw new Error(`${PREPROCESSOR_FILE}: ${(error as Error).message}`, { cause: error });
    }
  }
  if (!PIPELINE_TASKS.includes(task as PipelineTask)) {
    throw new Error(`${PREPROCESSOR_FILE}: task is ${shown(task)}; want ${PIPELINE_TASKS.join(', ')}`);
  }
  const found = checked<Preprocessor>(preprocessorSchemas[task as PipelineTask], value);
  if (found.task === 'image-classification') checkChannels(found);
  return found;
}

function checked<T>(schema: z.ZodType<T>, value: object): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${PREPROCESSOR_FILE}: ${result.error.issues.map((issue) => explain(issue, value)).join('; ')}`);
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${PREPROCESSOR_FILE}: it is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function checkChannels(image: Preprocessor & { readonly task: 'image-classification' }): void {
  for (const key of ['image_mean', 'image_std'] as const) {
    if (image[key].length === image.num_channels) continue;
    throw new Error(
      `${PREPROCESSOR_FILE}: ${key} has ${image[key].length} values and num_channels is ${image.num_channels}; want as many`,
    );
  }
}

function explain(issue: z.core.$ZodIssue, json: object): string {
  if (issue.code === 'unrecognized_keys') return `there is no key ${issue.keys.join(', ')}`;
  const value = issue.path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown>)[part], json);
  const got = value === undefined ? 'is missing' : `is ${value === null ? 'null' : shown(value)}`;
  return `${issue.path.join('.')} ${got}; ${wanted(issue)}`;
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
