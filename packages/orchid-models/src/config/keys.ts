// Kinds of values that many keys of a configuration share.
import { z } from 'zod';

/** An integer of at least 1. */
export const count = (fallback: number) => z.int().min(1).default(fallback);

export const oddAtLeast3 = z
  .int()
  .min(3)
  .refine((value) => value % 2 === 1, { error: 'want an odd integer' });

export const even = z
  .int()
  .min(2)
  .refine((value) => value % 2 === 0, { error: 'want an even integer' });
