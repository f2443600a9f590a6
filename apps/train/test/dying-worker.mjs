// bin/worker.mjs with a fault: the thread is gone in the middle of its sixth step.
import { register } from 'tsx/esm/api';

register();
const { serveReplica } = await import('@orchid-ml/trainers/node');
const { makeReplica } = await import('../src/run/replica.ts');
serveReplica(async (recipe) => {
  const replica = await makeReplica(recipe);
  const { nextBatch } = replica.task;
  let steps = 0;
  replica.task.nextBatch = () => {
    if (++steps === 6) process.exit(9);
    return nextBatch();
  };
  return replica;
});
