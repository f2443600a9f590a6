// Steps recorded ahead of the device: nothing waits for a number. Whether a step's numbers are finite, and how far its gradient
// is clipped, is decided where they lie; what the host wants to know of it stays in a small tensor, and the tensors of many
// steps are read together, while the device goes on with the next ones.
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import type { StepSettings } from '../parallel/messages.ts';
import type { Replica } from '../parallel/replica.ts';
import { recordStep, resultOf, type StepResult } from '../step.ts';
import type { KnownSteps, Steps } from './steps.ts';

/** A run of slow steps shows itself this often all the same, in milliseconds. */
const LONGEST = 1000;

/** What has been asked of the device and has not been looked at yet. */
interface Reading {
  readonly count: number;
  isSettled: boolean;
  /** never rejects: nobody may be listening yet when it would */
  readonly outcome: Promise<{ readonly values: Float32Array; readonly at: number } | { readonly error: unknown }>;
}

/**
 * Makes steps whose results are known later: after `readEvery` of them, or a second. At most two such groups are on their way
 * at a time, so that the host does not run away from the device.
 *
 * After a step that is not finite the device updates nothing any more. Until the host hears of it, it records some steps that
 * come to nothing, and then takes them back from the optimizer's count: all is as that step found it.
 */
export class DeferredSteps<M extends Module, B> implements Steps {
  readonly #leader: Replica<M, B>;
  readonly #settings: Omit<StepSettings, 'factor'>;
  readonly #readEvery: number;
  readonly #zero: tf.Scalar;
  /** 0, and NaN once a step was not finite */
  #failed: tf.Scalar;
  #rows: tf.Tensor1D[] = [];
  #reading: Reading | undefined;
  #lastRead = performance.now();

  constructor(leader: Replica<M, B>, settings: Omit<StepSettings, 'factor'>, readEvery: number) {
    this.#leader = leader;
    this.#settings = settings;
    this.#readEvery = readEvery;
    this.#zero = tf.keep(tf.scalar(0));
    this.#failed = tf.keep(tf.scalar(0));
  }

  async make(factor: number): Promise<KnownSteps[]> {
    const { model, task, optimizer } = this.#leader;
    const batch = await task.nextBatch();
    const before = { failed: this.#failed, zero: this.#zero };
    const { row, failed } = recordStep(model, task, optimizer, batch, { ...this.#settings, factor }, before);
    this.#failed.dispose();
    this.#failed = failed;
    this.#rows.push(row);
    const isDue = this.#rows.length >= this.#readEvery || performance.now() - this.#lastRead > LONGEST;
    const known = isDue || this.#reading?.isSettled ? await this.#look() : [];
    if (isDue) this.#read();
    return known;
  }

  async rest(): Promise<KnownSteps[]> {
    const known = await this.#look();
    this.#read();
    return [...known, ...(await this.#look())];
  }

  dispose(): void {
    tf.dispose([this.#zero, this.#failed, ...this.#rows]);
    this.#rows = [];
  }

  /** Asks for the rows there are. */
  #read(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    const table = rows.length === 1 ? rows[0]! : tf.concat1d(rows);
    if (rows.length > 1) tf.dispose(rows);
    this.#rows = [];
    this.#lastRead = performance.now();
    const outcome = table
      .data<'float32'>()
      .then((values) => ({ values, at: performance.now() }))
      .catch((error: unknown) => ({ error }))
      .finally(() => {
        table.dispose();
        reading.isSettled = true;
      });
    const reading: Reading = { count: rows.length, isSettled: false, outcome };
    this.#reading = reading;
  }

  /** Waits for what was asked for. */
  async #look(): Promise<KnownSteps[]> {
    const reading = this.#reading;
    if (!reading) return [];
    const outcome = await reading.outcome;
    this.#reading = undefined;
    if ('error' in outcome) throw outcome.error;
    const { values, at } = outcome;
    const width = values.length / reading.count;
    const results: StepResult[] = [];
    for (let i = 0; i < reading.count; i++) {
      const result = resultOf(this.#leader.task, values.subarray(i * width, (i + 1) * width));
      results.push(result);
      if (result.updated) continue;
      // This step's update and those after it were recorded, and counted, but not made.
      this.#leader.optimizer.withdraw!(reading.count - i + this.#rows.length);
      tf.dispose(this.#rows);
      this.#rows = [];
      break;
    }
    return [{ results, at }];
  }
}
