// Which model a request means.
import type { PipelineTask } from '@orchid-ml/pipelines';
import { ServiceError } from './errors.ts';
import type { ModelStatus } from './models/registry.ts';

type Known = Pick<ModelStatus, 'name' | 'task'>;

/**
 * The model of that name; without a name the only one for such tasks.
 *
 * @throws ServiceError for an unknown name (404), a model for another task, none, or several (400); it names those that there are
 */
export function resolveModel(
  models: readonly Known[],
  name: string | undefined,
  tasks: readonly PipelineTask[],
): string {
  const fitting = models.filter(({ task }) => tasks.includes(task)).map((model) => model.name);
  const wanted = tasks.join(' or ');
  if (name === undefined) {
    if (fitting.length === 1) return fitting[0]!;
    if (fitting.length === 0) throw new ServiceError(404, 'no_such_model', `there is no model for ${wanted}`);
    throw new ServiceError(
      400,
      'model_required',
      `model: there are several for ${wanted}; want one of ${fitting.join(', ')}`,
    );
  }
  const model = models.find((known) => known.name === name);
  if (!model) {
    const names = models.map((known) => known.name).join(', ');
    throw new ServiceError(404, 'no_such_model', `model: there is no model of that name; want one of ${names}`);
  }
  if (!tasks.includes(model.task))
    throw new ServiceError(400, 'wrong_task', `model: ${name} is for ${model.task}; this asks for ${wanted}`);
  return name;
}
