// What a checkpoint records beside the weights, and what the loop asks of the place where checkpoints go.
import type { Module } from '@orchid-ml/dd-conv';
import type { Optimizer } from './optimizers/optimizer.ts';
import type { ScheduleOptions } from './schedules/index.ts';

/** The contents of trainer_state.json. */
export interface TrainerState {
  readonly version: 1;
  /** Steps done. */
  readonly step: number;
  /** Steps the run was to have. */
  readonly steps: number;
  readonly seed: number | null;
  readonly clipNorm: number | null;
  readonly schedule: Required<ScheduleOptions> | null;
  readonly optimizer: Readonly<Record<string, unknown>>;
  /** `state` is where the task's random numbers stand. */
  readonly task: {
    readonly name: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly state: unknown;
  };
}

/** What there is to save. */
export interface Snapshot<M extends Module> {
  readonly model: M;
  readonly optimizer: Optimizer;
  readonly state: TrainerState;
}

export interface CheckpointStore<M extends Module> {
  /** Called before the first step: finds out now what would make `save` fail. */
  prepare(): Promise<void>;
  /** Saves all or nothing, and says where. */
  save(snapshot: Snapshot<M>): Promise<string>;
  /** Where the last good checkpoint is, one of an earlier run included. */
  readonly last: string | undefined;
}

/**
 * Reads trainer_state.json's contents.
 *
 * @throws Error naming the key that does not fit
 */
export function parseTrainerState(json: unknown): TrainerState {
  const fail = (what: string): never => {
    throw new Error(`trainer state: ${what}`);
  };
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(json)) return fail('it is no object');
  if (json.version !== 1) fail(`version is ${JSON.stringify(json.version)}; this program reads 1`);
  for (const key of ['step', 'steps']) {
    const value = json[key];
    if (!Number.isInteger(value) || (value as number) < 0) {
      fail(`${key} is ${JSON.stringify(value)}; want an integer of at least 0`);
    }
  }
  for (const key of ['seed', 'clipNorm']) {
    const value = json[key];
    if (value !== null && typeof value !== 'number') fail(`${key} is ${JSON.stringify(value)}; want a number or null`);
  }
  if (json.schedule !== null && !isObject(json.schedule)) fail('schedule is no object; want one or null');
  if (!isObject(json.optimizer)) fail('optimizer is no object');
  const { task } = json;
  if (!isObject(task) || typeof task.name !== 'string' || !isObject(task.settings)) {
    fail('task wants a name, settings and a state');
  }
  return json as unknown as TrainerState;
}
