// Every task by its name; each is loaded when it is asked for.
import type { Task as TaskName } from '../config/schema.ts';
import { Failure } from '../errors.ts';
import type { Saved } from '../run/saved.ts';
import type { TaskKind } from './kind.ts';

const kinds: Readonly<Record<TaskName, () => Promise<TaskKind>>> = {
  recall: async () => (await import('./recall/kind.ts')).recall,
  bert: async () => (await import('./bert/kind.ts')).bert,
  dna: async () => (await import('./dna/kind.ts')).dna,
  mqar: async () => (await import('./mqar/kind.ts')).mqar,
  glue: async () => (await import('./glue/kind.ts')).glue,
  mlm: async () => (await import('./mlm/kind.ts')).mlm,
  mnist: async () => (await import('./classify/small-images.ts')).mnist,
  cifar10: async () => (await import('./classify/small-images.ts')).cifar10,
  imagenet: async () => (await import('./classify/imagenet.ts')).imagenet,
  'speech-commands': async () => (await import('./classify/speech.ts')).speechCommands,
};

/** The task of that name. */
export function loadKind(name: TaskName): Promise<TaskKind> {
  return kinds[name]();
}

/** The tasks of models that were saved without a run around them. */
const taskOf: Readonly<Record<string, TaskName>> = { 'orchid-recall': 'recall', 'orchid-masked-lm': 'mlm' };

/** The task that a saved model was trained on. @throws Failure when neither a run nor the model's kind says it */
export function kindOf({ model, record, folder }: Saved): Promise<TaskKind> {
  const task = record?.config.task ?? taskOf[model.kind];
  if (task === undefined)
    throw new Failure(`${folder} has no run.json beside it, which says what its model (${model.kind}) is for`);
  return loadKind(task);
}
