// A step of the thread that leads: alone, or with its replicas.
import type { Module } from '@orchid-ml/dd-conv';
import { type StepResult, trainingStep } from '../step.ts';
import type { StepSettings } from './messages.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';

/**
 * One update from the task's next batch, by all workers together; what `train` does at every step, for a loop of one's own.
 *
 * @param leader this thread's model, task and optimiser
 * @param replicas joined by {@link Replicas.join}; without any this thread makes the step alone
 * @throws WorkerError when a worker is lost; and whatever {@link trainingStep} throws
 */
export async function leadStep<M extends Module, B>(
  { model, task, optimizer }: Replica<M, B>,
  settings: StepSettings,
  replicas?: Replicas,
): Promise<StepResult> {
  const batch = await task.nextBatch();
  if (!replicas) return trainingStep(model, task, optimizer, batch, settings);
  const work = () => trainingStep(model, task, optimizer, batch, { ...settings, communicator: replicas });
  return replicas.step(settings, work);
}
