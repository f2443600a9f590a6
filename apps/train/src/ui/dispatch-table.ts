// A step's dispatches on a GPU as a table: programs, slowest first, then the floor beside the whole.
import type { ProgramCost, StepDispatches } from '../run/dispatch-profile.ts';
import { table } from './format.ts';

const ms = (value: number | null): string => (value === null ? '' : value.toFixed(2));

/** The lines to print. */
export function dispatchTable({ totals, programs }: StepDispatches): string[] {
  const row = ({ name, dispatches, megabytes, ms: time }: ProgramCost): string[] => [
    name,
    String(dispatches),
    ms(time),
    megabytes.toFixed(1),
    // Of work too short to be timed there is no rate.
    time === null || time < 0.05 ? '' : (megabytes / time).toFixed(1),
  ];
  const all = { name: 'all of them', dispatches: totals.dispatches, megabytes: totals.megabytes, ms: totals.deviceMs };
  const rows = [['program', 'dispatches', 'ms', 'MB', 'GB/s'], ...programs.map(row), row(all)];
  return [
    ...table(rows, [1, 2, 3, 4]),
    '',
    `The floor: ${ms(totals.floorMs)} ms, those bytes at ${totals.copyGigabytesPerSecond.toFixed(1)} GB/s, the measured rate of copying.`,
  ];
}
