// Every model_type and the definition of its config.json: types, ranges, defaults and what each key means.
import type { z } from 'zod';
import { bert } from './models/bert.ts';
import { maskedLm } from './models/masked-lm.ts';
import { orchidAudio } from './models/orchid-audio.ts';
import { orchidBert } from './models/orchid-bert.ts';
import { orchidDna } from './models/orchid-dna.ts';
import { orchidVit } from './models/orchid-vit.ts';
import { recall } from './models/recall.ts';
import { vit } from './models/vit.ts';

export const DEFINITIONS = {
  'orchid-recall': recall,
  'orchid-masked-lm': maskedLm,
  'orchid-bert': orchidBert,
  bert,
  'orchid-vit': orchidVit,
  vit,
  'orchid-audio': orchidAudio,
  'orchid-dna': orchidDna,
} as const;

export type ModelType = keyof typeof DEFINITIONS;

type Definitions = typeof DEFINITIONS;

/** What a user may write for one model_type (or one of several). */
export type ConfigInputOf<T extends ModelType> = { [K in T]: z.input<Definitions[K]['schema']> }[T];

/** The configuration of one model_type (or one of several) with every default filled in; plain JSON. */
export type ConfigOf<T extends ModelType> = { [K in T]: ReturnType<Definitions[K]['complete']> }[T];

/** What a user may write; every schema says what is required. */
export type ModelConfigInput = ConfigInputOf<ModelType>;

/** A configuration with every default filled in; plain JSON. */
export type ModelConfig = ConfigOf<ModelType>;
