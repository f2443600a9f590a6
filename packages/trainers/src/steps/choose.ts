// Which way of making steps suits the engine.
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import type { StepSettings } from '../parallel/messages.ts';
import type { Replica } from '../parallel/replica.ts';
import type { Replicas } from '../parallel/replicas.ts';
import { DeferredSteps } from './deferred.ts';
import { immediateSteps } from './immediate.ts';
import type { Steps } from './steps.ts';

/** Engines that have computed by the time an op returns: reading costs nothing there. */
const SYNCHRONOUS = ['cpu', 'wasm'];
const DEFAULT = 10;

/**
 * @param readEvery as in `TrainOptions`
 * @throws Error when that cannot be
 */
export function chooseSteps<M extends Module, B>(
  leader: Replica<M, B>,
  settings: Omit<StepSettings, 'factor'>,
  replicas: Replicas | undefined,
  readEvery: number | undefined,
): Steps {
  const canDefer = !replicas && leader.optimizer.withdraw !== undefined;
  if (!canDefer && readEvery !== undefined && readEvery > 1) {
    const why = replicas ? 'workers have to read every step' : 'the optimizer has no `withdraw`';
    throw new Error(`train: readEvery is ${readEvery}; want 1, since ${why}`);
  }
  const every = readEvery ?? (canDefer && !SYNCHRONOUS.includes(tf.getBackend()) ? DEFAULT : 1);
  return every > 1 ? new DeferredSteps(leader, settings, every) : immediateSteps(leader, settings, replicas);
}
