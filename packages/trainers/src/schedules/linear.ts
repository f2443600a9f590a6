// A straight line down.
import type { Course } from './schedule.ts';

export const linear: Course = (progress, final) => 1 + (final - 1) * progress;
