// A further worker of a step that several share.
import { useBackend } from '@orchid-ml/backends';
import { serveReplica } from '@orchid-ml/trainers/browser';
import { makeReferenceReplica, type StepShape } from '../../src/run/reference-task.ts';

serveReplica(async (shape: StepShape) => {
  await useBackend('wasm');
  return makeReferenceReplica(shape);
});
