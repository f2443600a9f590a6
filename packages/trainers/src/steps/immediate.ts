// A step at a time, read as it is made: for engines that have computed by the time an op returns, and for workers, which
// have to agree before they update.
import type { Module } from '@orchid-ml/dd-conv';
import { leadStep } from '../parallel/lead-step.ts';
import type { StepSettings } from '../parallel/messages.ts';
import type { Replica } from '../parallel/replica.ts';
import type { Replicas } from '../parallel/replicas.ts';
import type { KnownSteps, Steps } from './steps.ts';

export function immediateSteps<M extends Module, B>(
  leader: Replica<M, B>,
  settings: Omit<StepSettings, 'factor'>,
  replicas: Replicas | undefined,
): Steps {
  return {
    async make(factor): Promise<KnownSteps[]> {
      const result = await leadStep(leader, { ...settings, factor }, replicas);
      return [{ results: [result], at: performance.now() }];
    },
    rest: async () => [],
    dispose() {},
  };
}
