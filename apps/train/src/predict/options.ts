// What `orchid predict` is given, and whose fault what is wrong with it.
import { InputError } from '@orchid-ml/pipelines';
import { Failure, UsageError } from '../errors.ts';
import type { Saved } from '../run/saved.ts';

/** Options of `orchid predict`; each kind of model takes some of them. */
export interface PredictOptions {
  readonly mask: string;
  readonly top: number;
  readonly context?: string;
  readonly seed?: number;
  readonly json?: boolean;
}

/** What was asked, and of what. */
export interface Question {
  readonly words: readonly string[];
  readonly options: PredictOptions;
  readonly saved: Saved;
}

/** Runs work on what was typed: bad input is a wrong call. */
export async function typed<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Runs work on a file: a bad one is no wrong call, but the command cannot do its job. */
export async function ofFile<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError) throw new Failure(error.message, { cause: error });
    throw error;
  }
}
