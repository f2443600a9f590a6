// A worker's side: it makes a replica of the leader's model, and then does what the leader does, step for step.
import { describeBackend } from '@orchid-ml/backends';
import type { Module } from '@orchid-ml/dd-conv';
import { loadStateDict } from '@orchid-ml/orchid-models';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { trainingStep } from '../step.ts';
import type { Task } from '../tasks/task.ts';
import { allReduce } from './all-reduce.ts';
import type { Communicator } from './communicator.ts';
import type { FromWorker, Sameness, ToWorker } from './messages.ts';
import { SharedSum } from './shared-sum.ts';

/** What every rank has of its own, made alike: from the same configuration. */
export interface Replica<M extends Module = Module, B = unknown> {
  readonly model: M;
  readonly task: Task<M, B>;
  readonly optimizer: Optimizer;
}

/**
 * Starts an engine and makes a replica. Weights need not be loaded: the leader's are sent to it.
 *
 * @param config what the leader gave, a structured clone
 */
export type MakeReplica<Config> = (
  config: Config,
  place: { readonly rank: number; readonly size: number },
) => Promise<Replica>;

/** A worker's line to the leader. */
export interface ReplicaPort {
  post(message: FromWorker): void;
  listen(onMessage: (message: ToWorker) => void): void;
  /** Ends the worker. */
  close(): void;
}

/** Serves the leader until it ends this thread. What goes wrong is reported to it, and ends the thread. */
export function serveReplica<Config>(port: ReplicaPort, make: MakeReplica<Config>): void {
  let place = { rank: 0, size: 1 };
  let replica: Replica | undefined;
  let communicator: Communicator | undefined;

  async function handle(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'make': {
        const { rank, size, config } = message;
        place = { rank, size };
        replica = await make(config as Config, place);
        port.post({ kind: 'made' });
        return;
      }
      case 'join':
        join(replica!, message);
        communicator = blockingCommunicator(new SharedSum(message.memory, place.rank, place.size), port);
        port.post({ kind: 'joined' });
        return;
      case 'step': {
        const { model, task, optimizer } = replica!;
        await trainingStep(model, task, optimizer, await task.nextBatch(), {
          ...message.settings,
          communicator: communicator!,
        });
        return;
      }
      case 'tally': {
        const { evaluation, pieces } = message;
        const { model, task } = replica!;
        port.post({ kind: 'tallied', evaluation, tally: await task.tally!(model, place, undefined, pieces) });
      }
    }
  }

  let turn = Promise.resolve();
  port.listen((message) => {
    turn = turn
      .then(() => handle(message))
      .catch((error: unknown) => {
        const { message, stack } = error instanceof Error ? error : new Error(String(error));
        port.post({ kind: 'failed', message, stack });
        port.close();
      });
  });
}

/** What a replica's steps depend on beside its state. */
export function samenessOf({ task, optimizer }: Replica): Sameness {
  const { name, settings } = task;
  const engine = describeBackend();
  // What computes, not why it was chosen: a thread is told which to take.
  const words = String(engine).replace(` (${engine.note})`, '');
  return { engine: words, task: { name, settings }, optimizer: optimizer.settings };
}

/** @throws Error when the replica was made otherwise than the leader's */
function join(replica: Replica, message: Extract<ToWorker, { kind: 'join' }>): void {
  const own = samenessOf(replica);
  for (const key of ['engine', 'task', 'optimizer'] as const) {
    const [mine, wanted] = [JSON.stringify(own[key]), JSON.stringify(message.same[key])];
    if (mine !== wanted) throw new Error(`its ${key} is ${mine}; want the same as the leader's, ${wanted}`);
  }
  loadStateDict(replica.model, message.parameters);
  replica.optimizer.loadState(message.optimizer);
  replica.task.state = message.taskState;
}

/** A worker has nothing else to do: it blocks at barriers. */
function blockingCommunicator(sum: SharedSum, port: ReplicaPort): Communicator {
  function barrier(): void {
    const { last, block } = sum.arrive();
    if (last) port.post({ kind: 'open' });
    else block();
  }
  return { rank: sum.rank, size: sum.size, allReduce: (local) => allReduce(sum, barrier, local) };
}
