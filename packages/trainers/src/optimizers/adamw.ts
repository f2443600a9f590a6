// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), as torch.optim.AdamW computes it.
import type { Parameter } from '@orchid-ml/dd-conv';
import type { SafetensorsTensor } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { ADAMW, hasKernel, numbered } from '../kernels/names.ts';
import type { AdamWNumbers } from '../plain/adamw.ts';
import { assign, type FlatGroup, makeGroups, pack } from './flat-groups.ts';
import type { Optimizer, UpdateOptions } from './optimizer.ts';
import { packMoments, unpackMoments } from './state.ts';

export interface AdamWOptions {
  /** Default 1e-3. A parameter's own `learningRate` stands instead of it, under the same schedule. */
  readonly learningRate?: number;
  /** Default (0.9, 0.999). */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Default 0.01, as in torch. A parameter's own `weightDecay` stands instead of it. */
  readonly weightDecay?: number;
  /**
   * Parameters that do not decay unless they have a `weightDecay` of their own. Default: none such, so biases, norms and
   * embeddings decay like the rest (torch's default); see {@link vectorsDoNotDecay}.
   */
  readonly noDecay?: (name: string, parameter: Parameter) => boolean;
}

/** For {@link AdamWOptions.noDecay}: biases, norms' weights and other vectors, as most pre-training recipes have it. */
export function vectorsDoNotDecay(_name: string, parameter: Parameter): boolean {
  return parameter.variable.rank < 2;
}

/**
 * For each value p with gradient g, at update t (from 1), learning rate r = factor · rate:
 *
 *     m ← β₁m + (1-β₁)g        v ← β₂v + (1-β₂)g²
 *     p ← (1 - r·decay)·p - r/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε)
 */
export class AdamW implements Optimizer {
  readonly learningRate: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly #groups: readonly FlatGroup[];
  #first: tf.Tensor1D[];
  #second: tf.Tensor1D[];
  #steps = 0;

  /**
   * @param parameters a module, or its named parameters; the trainable ones are updated
   * @throws Error naming the option that does not fit, or when nothing is trainable
   */
  constructor(
    parameters: ReadonlyMap<string, Parameter> | { namedParameters(): ReadonlyMap<string, Parameter> },
    options: AdamWOptions = {},
  ) {
    this.learningRate = within('learningRate', options.learningRate ?? 1e-3, 0, Number.MAX_VALUE);
    const [beta1, beta2] = options.betas ?? [0.9, 0.999];
    this.betas = [within('betas[0]', beta1, 0, 1 - 1e-12), within('betas[1]', beta2, 0, 1 - 1e-12)];
    this.epsilon = within('epsilon', options.epsilon ?? 1e-8, Number.MIN_VALUE, Number.MAX_VALUE);
    this.weightDecay = within('weightDecay', options.weightDecay ?? 0.01, 0, Number.MAX_VALUE);
    const named = 'namedParameters' in parameters ? parameters.namedParameters() : parameters;
    this.#groups = makeGroups(named, (name, parameter) => ({
      learningRate: parameter.options.learningRate ?? this.learningRate,
      weightDecay: parameter.options.weightDecay ?? (options.noDecay?.(name, parameter) ? 0 : this.weightDecay),
    }));
    if (this.#groups.length === 0) throw new Error('AdamW: there is no trainable parameter');
    // Made here and not at the first step, so that a step neither makes nor leaves a tensor.
    this.#first = this.#groups.map(({ size }) => tf.keep(tf.zeros([size])));
    this.#second = this.#groups.map(({ size }) => tf.keep(tf.zeros([size])));
  }

  get steps(): number {
    return this.#steps;
  }

  /** The moments. */
  get tensors(): readonly tf.Tensor[] {
    return [...this.#first, ...this.#second];
  }

  get settings(): Readonly<Record<string, unknown>> {
    const { learningRate, betas, epsilon, weightDecay } = this;
    return { type: 'adamw', learningRate, betas: [...betas], epsilon, weightDecay };
  }

  pack(gradients: ReadonlyMap<string, tf.Tensor>): tf.Tensor1D[] {
    return tf.tidy(() =>
      this.#groups.map((group) =>
        pack(group, ({ name, parameter }) => {
          const gradient = gradients.get(name);
          if (!gradient) {
            throw new Error(
              `AdamW: '${name}' has no gradient: the loss does not depend on it; make it trainable: false if that is meant`,
            );
          }
          if (String(gradient.shape) !== String(parameter.variable.shape)) {
            throw new Error(
              `AdamW: the gradient of '${name}' is [${gradient.shape}]; want [${parameter.variable.shape}]`,
            );
          }
          return gradient;
        }),
      ),
    );
  }

  update(packed: readonly tf.Tensor1D[], options: UpdateOptions = {}): void {
    const { factor = 1, gradientScale = 1, gate, clipNorm = null } = options;
    if (gate && gradientScale !== 1) throw new Error('AdamW.update: want gradientScale or gate, not both');
    if (packed.length !== this.#groups.length || packed.some((g, i) => g.size !== this.#groups[i]!.size)) {
      throw new Error('AdamW.update: want the gradients as AdamW.pack gave them');
    }
    this.#steps++;
    const [beta1, beta2] = this.betas;
    const correction1 = 1 - beta1 ** this.#steps;
    const correction2 = Math.sqrt(1 - beta2 ** this.#steps);
    this.#groups.forEach((group, i) => {
      const rate = factor * group.learningRate;
      const numbers: AdamWNumbers = {
        beta1,
        gain1: (1 - beta1) * gradientScale,
        beta2,
        gain2: (1 - beta2) * gradientScale ** 2,
        keep: 1 - rate * group.weightDecay,
        // √v/c + ε is (√v + cε)/c, and c moves into the rate: an operation fewer.
        rate: (rate * correction2) / correction1,
        epsilon: this.epsilon * correction2,
      };
      const update = { gradient: packed[i]!, numbers, gate: gate ? { numbers: gate, clipNorm } : null };
      if (hasKernel(ADAMW)) this.#updateInPlace(group, i, update);
      else this.#updateComposed(group, i, update);
    });
  }

  withdraw(updates: number): void {
    this.#steps -= updates;
  }

  #updateInPlace(group: FlatGroup, index: number, { gradient, numbers, gate }: GroupUpdate): void {
    const variables = group.members.map(({ parameter }) => parameter.variable);
    tf.tidy(() => variables.forEach(separate));
    const moments = { first: this.#first[index]!, second: this.#second[index]! };
    const inputs = { gradient, ...moments, ...(gate ? { gate: gate.numbers } : {}), ...numbered(variables) };
    // The engine wants attributes without null.
    const clipNorm = gate?.clipNorm ?? undefined;
    tf.engine().runKernel(ADAMW, inputs, { ...numbers, ...(clipNorm === undefined ? {} : { clipNorm }) });
  }

  #updateComposed(group: FlatGroup, index: number, { gradient, numbers, gate }: GroupUpdate): void {
    const { beta1, gain1, beta2, gain2, keep, rate, epsilon } = numbers;
    const [first, second] = tf.tidy(() => {
      const { isOpen, g } = gate ? composedGate(gate, gradient) : { isOpen: null, g: gradient };
      const orElse = (value: tf.Tensor, before: tf.Tensor) => (isOpen ? tf.where(isOpen, value, before) : value);
      const m = tf.add(tf.mul(this.#first[index]!, beta1), tf.mul(g, gain1));
      const v = tf.add(tf.mul(this.#second[index]!, beta2), tf.mul(tf.square(g), gain2));
      const change = tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon)), rate);
      const values = pack(group, ({ parameter }) => parameter.variable);
      assign(group, orElse(tf.sub(keep === 1 ? values : tf.mul(values, keep), change), values) as tf.Tensor1D);
      return [tf.keep(orElse(m, this.#first[index]!)), tf.keep(orElse(v, this.#second[index]!))] as [
        tf.Tensor1D,
        tf.Tensor1D,
      ];
    });
    this.#first[index]!.dispose();
    this.#second[index]!.dispose();
    this.#first[index] = first;
    this.#second[index] = second;
  }

  /** {@link pack} and {@link update} in one, for a loop of one's own. */
  step(gradients: ReadonlyMap<string, tf.Tensor>, options: UpdateOptions = {}): void {
    tf.tidy(() => this.update(this.pack(gradients), options));
  }

  /** `exp_avg.<name>` and `exp_avg_sq.<name>` (F32, the parameter's shape) and `step` (I32 []), as torch calls them. */
  async state(): Promise<Map<string, SafetensorsTensor>> {
    const state = new Map<string, SafetensorsTensor>();
    state.set('step', { dtype: 'I32', shape: [], data: Int32Array.of(this.#steps) });
    for (const [i, group] of this.#groups.entries()) {
      unpackMoments(state, 'exp_avg', group, (await this.#first[i]!.data()) as Float32Array);
      unpackMoments(state, 'exp_avg_sq', group, (await this.#second[i]!.data()) as Float32Array);
    }
    return state;
  }

  loadState(state: ReadonlyMap<string, SafetensorsTensor>): void {
    const step = state.get('step');
    const count = step?.dtype === 'I32' ? step.data[0] : undefined;
    if (typeof count !== 'number' || count < 0) throw new Error("AdamW.loadState: 'step' is missing; want one I32");
    const used = new Set(['step']);
    const first = this.#groups.map((group) => packMoments(state, 'exp_avg', group, used));
    const second = this.#groups.map((group) => packMoments(state, 'exp_avg_sq', group, used));
    const extra = [...state.keys()].find((name) => !used.has(name));
    if (extra !== undefined) throw new Error(`AdamW.loadState: '${extra}' belongs to no parameter of this model`);
    this.dispose();
    this.#first = first.map((values) => tf.keep(tf.tensor1d(values)));
    this.#second = second.map((values) => tf.keep(tf.tensor1d(values)));
    this.#steps = count;
  }

  /** Frees the moments; the parameters are the model's. */
  dispose(): void {
    for (const tensor of this.tensors) tensor.dispose();
  }
}

/** What one group's update is made from. */
interface GroupUpdate {
  readonly gradient: tf.Tensor1D;
  readonly numbers: AdamWNumbers;
  readonly gate: { readonly numbers: tf.Tensor1D; readonly clipNorm: number | null } | null;
}

/** A gate by tfjs's own ops: whether it is open, bool [1], and the gradient clipped. */
function composedGate({ numbers, clipNorm }: NonNullable<GroupUpdate['gate']>, gradient: tf.Tensor1D) {
  const [loss, squares] = [tf.slice1d(numbers, 0, 1), tf.slice1d(numbers, numbers.size - 1, 1)];
  const isOpen = tf.logicalAnd(tf.isFinite(loss), tf.isFinite(squares));
  if (clipNorm === null) return { isOpen, g: gradient };
  const scale = tf.minimum(tf.div(clipNorm, tf.add(tf.sqrt(squares), 1e-6)), 1);
  return { isOpen, g: tf.mul(gradient, scale) };
}

function within(name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) {
    const range = high === Number.MAX_VALUE ? (low === 0 ? 'at least 0' : 'above 0') : 'in [0, 1)';
    throw new Error(`AdamW: ${name} is ${value}; want a finite number ${range}`);
  }
  return value;
}

/** Gives a variable values of its own where clones or reshaped views of it share them: those must not change with it. */
function separate(variable: tf.Variable): void {
  if (tf.backend().refCount(variable.dataId) !== 1) variable.assign(tf.mul(variable, 1));
}
