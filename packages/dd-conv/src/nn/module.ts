// The holder of parameters that every layer and model extends: it gives each of them a name, so that a model is its
// configuration plus a flat map name -> tensor, which is what is trained and what is saved.
import type * as tf from '@tensorflow/tfjs-core';
import { Parameter, type ParameterOptions } from './parameter.ts';

/** A tree of named parameters. Subclasses add theirs in the constructor and say what they compute in a method of their own. */
export abstract class Module {
  readonly #parameters = new Map<string, Parameter>();
  readonly #buffers = new Map<string, tf.Tensor>();
  readonly #modules = new Map<string, Module>();
  #disposed = false;

  /**
   * Makes a parameter of this module.
   *
   * @param name its name in this module; dots are allowed (`layers.0.weight`)
   * @param initial first value, float32; taken over
   * @throws Error when the name is taken or empty
   */
  protected addParameter(name: string, initial: tf.Tensor, options: ParameterOptions = {}): Parameter {
    this.#claim(name);
    const parameter = new Parameter(initial, options);
    this.#parameters.set(name, parameter);
    return parameter;
  }

  /** Keeps a constant tensor for the module's lifetime. It is neither trained nor saved. */
  protected addBuffer<T extends tf.Tensor>(name: string, value: T): T {
    this.#claim(name);
    // The engine would dispose of a constant made inside someone's tidy.
    value.kept = true;
    this.#buffers.set(name, value);
    return value;
  }

  /** Adds a part whose parameters are named `<name>.<their name>`. @throws Error when the name is taken or empty */
  protected addModule<M extends Module>(name: string, module: M): M {
    this.#claim(name);
    this.#modules.set(name, module);
    return module;
  }

  #claim(name: string): void {
    if (!name) throw new Error(`${this.constructor.name}: a parameter or part needs a name`);
    if (this.#parameters.has(name) || this.#buffers.has(name) || this.#modules.has(name)) {
      throw new Error(`${this.constructor.name}: the name '${name}' is taken`);
    }
  }

  /** Every parameter by its full name, own ones first, then the parts' in the order they were added; a shared one once. */
  namedParameters(): Map<string, Parameter> {
    const found = new Map<string, Parameter>();
    this.#collect('', found, new Set());
    return found;
  }

  #collect(prefix: string, found: Map<string, Parameter>, seen: Set<Parameter>): void {
    for (const [name, parameter] of this.#parameters) {
      if (seen.has(parameter)) continue;
      seen.add(parameter);
      found.set(prefix + name, parameter);
    }
    for (const [name, module] of this.#modules) module.#collect(`${prefix}${name}.`, found, seen);
  }

  /** The values that `tf.variableGrads` and the like take: trainable parameters only. */
  trainableVariables(): tf.Variable[] {
    return [...this.namedParameters().values()].map((p) => p.variable).filter((v) => v.trainable);
  }

  /** The number of trained values. */
  parameterCount(): number {
    return this.trainableVariables().reduce((sum, v) => sum + v.size, 0);
  }

  /** Frees every parameter and constant, the parts' too. Calling it again does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const { variable } of this.#parameters.values()) variable.dispose();
    for (const buffer of this.#buffers.values()) buffer.dispose();
    for (const module of this.#modules.values()) module.dispose();
  }
}
