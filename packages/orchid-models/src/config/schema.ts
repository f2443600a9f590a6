// Every model_type and the schema of its config.json: types, ranges, defaults and what each key means.
import type { z } from 'zod';
import { maskedLmSchema } from './models/masked-lm.ts';
import { recallSchema } from './models/recall.ts';

export const SCHEMAS = { 'orchid-recall': recallSchema, 'orchid-masked-lm': maskedLmSchema } as const;

export type ModelType = keyof typeof SCHEMAS;

/** What a user may write: only model_type and vocab_size are required. */
export type ModelConfigInput = { [T in ModelType]: z.input<(typeof SCHEMAS)[T]> }[ModelType];

type Complete<T> = T extends unknown ? Omit<T, 'intermediate_size'> & { intermediate_size: number } : never;

/** A configuration with every default filled in; plain JSON. */
export type ModelConfig = Complete<{ [T in ModelType]: z.output<(typeof SCHEMAS)[T]> }[ModelType]>;
