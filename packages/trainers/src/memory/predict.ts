// How much memory a training step takes, from a few tiny ones: found out before the step that would not fit.
//
// A step makes the same allocations in the same order whatever its batch, and what is in use after each of them grows with
// the number of tokens, with the length of a sequence (static kernels), and not at all (weights). So three tiny steps give
// every allocation its three coefficients (a fourth, that of the length's square), and the largest prediction among them is
// the peak, wherever in the step it falls.
//
// On webgpu nothing has to be guessed: there a whole step of any size is rehearsed, by the same code, on a device that computes
// nothing.
import { rehearse, traceHeap } from '@orchid-ml/backends';
import type { Module } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { sumOfSquares } from '../clip.ts';
import { accumulateGradients } from '../gradients.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { BatchShape, Task } from '../tasks/task.ts';

/** What decides the memory of a step. */
export interface StepSize {
  readonly sequences: number;
  readonly length: number;
  readonly recompute: boolean;
  /** of how many parts, computed one after another, this is one. Default 1 */
  readonly parts?: number;
}

/** Probes are no longer than this: long enough that rounding up to whole vectors and blocks does not matter. */
const PROBE_LENGTH = 128;

/**
 * The longer one of the probes' two lengths: a power of two, so that its transforms need no detour, and shorter than the
 * longest sequence, for which a model may not have to cut what it has made for that.
 */
function probeLength(length: number, isQuadratic: boolean): number {
  // Of a square more is lost by going far from small probes; attention has no transform to suit, nor kernels to cut.
  if (isQuadratic) return Math.min(2 * PROBE_LENGTH, length);
  return 2 ** Math.floor(Math.log2(Math.min(PROBE_LENGTH, Math.max(1, length - 1))));
}

/**
 * Predicts the memory of one model's training steps, measuring on the current engine as it is asked. Parameters, optimizer
 * and random streams stay as they are.
 */
export class StepMemory<M extends Module, B> {
  readonly #model: M;
  readonly #task: Task<M, B>;
  readonly #optimizer: Optimizer;
  readonly #shape: BatchShape<B>;
  readonly #isQuadratic: boolean;
  readonly #traces = new Map<string, number[]>();
  readonly #rehearsals = new Map<string, number>();

  /**
   * @param isQuadratic whether memory grows with the square of the length, as that of dense attention does
   * @throws Error when the task has no {@link Task.shape}
   */
  constructor(model: M, task: Task<M, B>, optimizer: Optimizer, isQuadratic = false) {
    this.#isQuadratic = isQuadratic;
    if (!task.shape) throw new Error(`StepMemory: the task ${task.name} does not say the shape of its batches`);
    this.#model = model;
    this.#task = task;
    this.#optimizer = optimizer;
    this.#shape = task.shape;
  }

  /**
   * The most that a step on that many sequences has in use at once, beyond what was before it: bytes of the wasm heap, or of the
   * webgpu device. Of parts it is what the largest takes, and from the second on the sums that it is added to.
   *
   * @returns null where the engine's memory cannot be measured
   * @throws TooLargeForDeviceError when the device cannot bind a tensor of such a step
   */
  bytes({ sequences, length, recompute, parts = 1 }: StepSize): number | null {
    const rehearsed = this.#rehearsed(sequences, length, recompute, Math.min(parts, 2));
    if (rehearsed !== null) return rehearsed;
    const long = probeLength(this.#shape.length, this.#isQuadratic);
    const short = Math.max(1, long >> 1);
    // One sequence may go other ways through a kernel than several.
    const few = Math.min(sequences, 2);
    const traces = [
      this.#trace(few, short, recompute),
      this.#trace(few, long, recompute),
      this.#trace(few === 1 ? 1 : few + 1, short, recompute),
      this.#isQuadratic ? this.#trace(few, Math.max(1, short >> 1), recompute) : [],
    ];
    if (!traces.every((trace) => trace !== null)) return null;
    // A model that allocates otherwise for other shapes has but its peaks to go by.
    const isAlike = traces.every(({ length }, i) => length === traces[0]!.length || (i === 3 && length === 0));
    const [base, longer, wider, shorter] = (isAlike ? traces : traces.map((trace) => [Math.max(0, ...trace)])) as [
      number[],
      number[],
      number[],
      number[],
    ];
    let most = 0;
    for (const [i, bytes] of base.entries()) {
      // Newton's form through the probes' lengths; the square's share is the sequences', not the weights' or the kernels'.
      const slope = long === short ? 0 : (longer[i]! - bytes) / (long - short);
      const half = short - (short >> 1);
      const square = this.#isQuadratic && half > 0 ? (slope - (bytes - shorter[i]!) / half) / (long - (short >> 1)) : 0;
      const perSequence = wider[i]! - bytes;
      const squareOfOne = square / few;
      const ofOne = (perSequence / short - squareOfOne * short) * length + squareOfOne * length ** 2;
      const ofFew = bytes + (length - short) * (slope + square * (length - long));
      most = Math.max(most, ofFew + (sequences - few) * ofOne);
    }
    return Math.round(most) + (parts > 1 ? this.gradientBytes : 0);
  }

  /** What the packed gradients take: bytes. */
  get gradientBytes(): number {
    let values = 0;
    for (const { variable } of this.#model.namedParameters().values()) if (variable.trainable) values += variable.size;
    return 4 * values;
  }

  /** What a step of that size takes on a webgpu device; null on other engines. */
  #rehearsed(sequences: number, length: number, recompute: boolean, parts: number): number | null {
    const key = `${sequences} ${length} ${recompute} ${parts}`;
    const known = this.#rehearsals.get(key);
    if (known !== undefined) return known;
    const bytes = rehearse(() => this.#step(sequences, length, recompute, parts));
    if (bytes !== null) this.#rehearsals.set(key, bytes);
    return bytes;
  }

  /** What is in use after each allocation of a step of that size; of the second such step, when its tables are made. */
  #trace(sequences: number, length: number, recompute: boolean): number[] | null {
    const key = `${sequences} ${length} ${recompute}`;
    const known = this.#traces.get(key);
    if (known) return known;
    const step = () => this.#step(sequences, length, recompute, 1);
    if (traceHeap(step) === null) return null;
    const trace = traceHeap(step)!;
    this.#traces.set(key, trace);
    return trace;
  }

  /** A step but for the update, which takes nothing. */
  #step(sequences: number, length: number, recompute: boolean, count: number): void {
    const part = () => ({ batch: this.#shape.blank(sequences, length), weight: 1 });
    const parts = Array.from({ length: count }, part);
    const sums = accumulateGradients(this.#model, this.#task, this.#optimizer, parts, { recompute });
    tf.dispose([sumOfSquares(sums.packed), sums.scores, ...sums.packed]);
  }
}
