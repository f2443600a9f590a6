// What routes ask of the rest of the server; they know no workers, no folders and no queues.
import type { PipelineTask } from '@orchid-ml/pipelines';
import type { JobRequest, JobResult } from '../inference/job.ts';
import type { ModelStatus } from '../models/registry.ts';

/** Whether requests are answered now, and if not, why. */
export interface ReadyState {
  readonly ready: boolean;
  readonly reason?: string;
  readonly workers: { readonly ready: number; readonly wanted: number };
}

export interface Service {
  models(): readonly ModelStatus[];
  /**
   * The model that a request means.
   *
   * @param name as the client gave it; without one it is the only one for such tasks
   * @throws ServiceError for an unknown name, a model for another task, and where several fit
   */
  modelFor(name: string | undefined, tasks: readonly PipelineTask[]): string;
  /** Whether another request is too many now: the seconds after which there may be room, or null. */
  refusal(): number | null;
  /** @param whenGone calls back when the client has gone */
  submit(request: JobRequest, whenGone: (gone: () => void) => void): Promise<JobResult>;
  readiness(): ReadyState;
  /** Whether the server answers what it has taken, and then ends. */
  isDraining(): boolean;
}
