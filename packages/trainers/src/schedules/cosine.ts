// Half a cosine: slow at both ends, fast in between.
import type { Course } from './schedule.ts';

export const cosine: Course = (progress, final) => final + ((1 - final) * (1 + Math.cos(Math.PI * progress))) / 2;
