// What is known about the configuration of one kind of model: which keys there are, what depends on several of them.
import type { z } from 'zod';

/** The part of a configuration that is checked key by key, what follows from other keys, and what has to go together. */
export interface ConfigDefinition<S extends z.ZodObject = z.ZodObject, C extends object = z.output<S>> {
  /** a strictObject: types, ranges, defaults and a description of each key */
  readonly schema: S;
  /** Fills in the defaults that depend on other keys. What it returns passes the schema again and stays as it is. */
  complete(parsed: z.output<S>): C;
  /** What is wrong with keys that each are right by themselves, in the words of an error message; or null. */
  problem(config: C): string | null;
}
