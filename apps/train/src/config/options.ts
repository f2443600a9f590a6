// The options that `train recall` and `train mlm` share, and how they become one configuration.
import type { RunRecord } from '../run/folder.ts';
import { applyOverrides } from './overrides.ts';
import { loadPreset } from './presets.ts';
import type { RunConfig, Task } from './schema.ts';

export interface TrainOptions {
  readonly preset: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly resume?: string;
  readonly force?: boolean;
  readonly seed?: number;
  readonly steps?: number;
  readonly backend: string;
  readonly logEvery: number;
  readonly text?: string;
  readonly evalText?: string;
}

/** --set, --seed and --steps as assignments of keys. */
export function assignments(options: TrainOptions): string[] {
  return [
    ...options.set,
    ...(options.seed === undefined ? [] : [`seed=${options.seed}`]),
    ...(options.steps === undefined ? [] : [`training.steps=${options.steps}`]),
  ];
}

/** The preset with the command line's changes; or an earlier run's configuration with them. */
export function resolveConfig(task: Task, options: TrainOptions, cwd: string, earlier?: RunRecord): RunConfig {
  const base = earlier ? earlier.config : loadPreset(options.preset, task, cwd);
  return applyOverrides(base, assignments(options));
}
