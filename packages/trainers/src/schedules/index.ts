// Makes a schedule from its plain description, which is also what a checkpoint records.
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { linear } from './linear.ts';
import type { Course, Schedule, ScheduleOptions } from './schedule.ts';

export type { Schedule, ScheduleOptions } from './schedule.ts';

const courses: Readonly<Record<ScheduleOptions['kind'], Course>> = { cosine, linear, constant };

/**
 * Warm-up, then the course. With w warm-up steps of n in all, step s has the factor (s+1)/w while s < w, then the course
 * at progress (s-w)/(n-w); steps from n on keep its end.
 *
 * @throws Error naming the option that does not fit
 */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { kind, warmupSteps = 0, totalSteps, finalFraction = 0 } = options;
  if (!Object.hasOwn(courses, kind)) {
    throw new Error(`schedule: kind is ${JSON.stringify(kind)}; want one of ${Object.keys(courses).join(', ')}`);
  }
  if (!Number.isInteger(totalSteps) || totalSteps < 1) {
    throw new Error(`schedule: totalSteps is ${totalSteps}; want an integer of at least 1`);
  }
  if (!Number.isInteger(warmupSteps) || warmupSteps < 0) {
    throw new Error(`schedule: warmupSteps is ${warmupSteps}; want an integer of at least 0`);
  }
  if (!(finalFraction >= 0 && finalFraction <= 1)) {
    throw new Error(`schedule: finalFraction is ${finalFraction}; want a number in 0..1`);
  }
  const course = courses[kind];
  // A run shorter than its warm-up ends while the rate still rises: a smoke test of a long preset is such a run.
  const decaySteps = Math.max(1, totalSteps - warmupSteps);
  return {
    options: { kind, warmupSteps, totalSteps, finalFraction },
    factor(step) {
      if (step < warmupSteps) return (step + 1) / warmupSteps;
      return course(Math.min(1, (step - warmupSteps) / decaySteps), finalFraction);
    },
  };
}
