// Finds and reads presets: the YAML files shipped in presets/, or one of the user's own.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, YAMLError } from 'yaml';
import { messageOf, UsageError } from '../errors.ts';
import { suggestion } from './nearest.ts';
import type { RunConfig, Task } from './schema.ts';
import { schemas } from './schema.ts';
import { shown, validate } from './validate.ts';

/** Where the shipped presets are, seen from src/config as from dist/config. */
export const presetsFolder = fileURLToPath(new URL('../../presets', import.meta.url));

/** A shipped preset: its name, task and the first line of its comment. */
export interface PresetSummary {
  readonly name: string;
  readonly task: Task;
  readonly summary: string;
}

/** The shipped presets, of one task or of all. */
export function listPresets(task?: Task): PresetSummary[] {
  return readdirSync(presetsFolder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(presetsFolder, `${name}.yaml`), 'utf8');
      const presetTask = (parse(text) as { task: Task }).task;
      return { name, task: presetTask, summary: /^# *(.*)$/m.exec(text)?.[1] ?? '' };
    })
    .filter((preset) => task === undefined || preset.task === task);
}

/** Whether the user means a file of their own (`./my.yaml`) and not a shipped preset's name. */
function isPath(name: string): boolean {
  return /[\\/]|\.ya?ml$/.test(name);
}

/**
 * Reads and checks a preset.
 *
 * @param name a shipped preset's name, or the path of a YAML file
 * @param task what is to be trained
 * @param cwd what a path is relative to
 * @throws UsageError when there is no such preset, it is not YAML, or its keys do not fit
 */
export function loadPreset(name: string, task: Task, cwd: string): RunConfig {
  const shipped = listPresets().map((preset) => preset.name);
  if (!isPath(name) && !shipped.includes(name)) {
    const list = listPresets(task).map((preset) => `  ${preset.name.padEnd(14)}${preset.summary}`);
    throw new UsageError(
      `there is no preset \`${name}\`${suggestion(name, shipped) || ';'} the presets for ${task} are:\n${list.join('\n')}\n` +
        'A YAML file of your own is given by its path, e.g. --preset ./my.yaml.',
    );
  }
  const file = isPath(name) ? resolve(cwd, name) : join(presetsFolder, `${name}.yaml`);
  const where = isPath(name) ? name : `presets/${name}.yaml`;
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const what = error instanceof YAMLError ? 'is not valid YAML' : 'cannot be read';
    throw new UsageError(`the preset ${where} ${what}: ${messageOf(error).split('\n')[0]}`, { cause: error });
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new UsageError(`the preset ${where} is ${shown(raw)}; want a table of keys, as in presets/recall.yaml`);
  const actual = (raw as { task?: unknown }).task;
  if (actual !== task) {
    const isTask = typeof actual === 'string' && actual in schemas;
    throw new UsageError(
      `the preset ${where} is for the task ${shown(actual)}; want ${task}${isTask ? ` (or run \`orchid train ${actual}\`)` : ''}`,
    );
  }
  return validate(raw, task, where);
}
