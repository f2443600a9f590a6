// Every task by its name; each is loaded when it is asked for.
import type { Task as TaskName } from '../config/schema.ts';
import type { TaskKind } from './kind.ts';

const kinds: Readonly<Record<TaskName, () => Promise<TaskKind>>> = {
  recall: async () => (await import('./recall/kind.ts')).recall,
  mlm: async () => (await import('./mlm/kind.ts')).mlm,
};

/** The task of that name. */
export function loadKind(name: TaskName): Promise<TaskKind> {
  return kinds[name]();
}
