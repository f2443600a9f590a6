// What a worker thread makes its replica from: all that the command has worked out, so that a thread reads no file.
import type { ModelConfig } from '@orchid-ml/orchid-models';
import type { RunConfig } from '../config/schema.ts';
import type { StepShape } from './reference-task.ts';

export type Recipe = { readonly backend: string; readonly blas: string } & (
  | {
      readonly kind: 'task';
      readonly config: RunConfig;
      readonly model: ModelConfig;
      /** what the task's own `taskFor` takes */
      readonly share: unknown;
    }
  | { readonly kind: 'reference step'; readonly shape: StepShape }
);
