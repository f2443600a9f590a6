// From a Module to a layer of @tensorflow/tfjs-layers: the layer makes the weights, as that library wants it, and the module
// computes with them, so that every op, gradient and kernel is the one that our own models use.
import { type Module, Rng } from '@orchid-ml/dd-conv';
import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** What every layer here takes besides its own options: those of `tf.layers.Layer` (inputShape, name, trainable, ...). */
export interface ModuleLayerArgs extends LayerArgs {
  /** of the first weights: an integer from 0 to 2^53 - 1; drawn if left out, as tf.layers does */
  seed?: number;
  /** longest sequence; the length of the input's shape if left out, which must then be known when the layer is built */
  lMax?: number;
}

// tfjs-layers does not export this type by name.
type LayerArgs = NonNullable<ConstructorParameters<typeof tfl.layers.Layer>[0]>;

/** What a layer is built for. */
export interface SequenceShape {
  width: number;
  lMax: number;
}

type MixingModule = Module & { forward(x: tf.Tensor3D): tf.Tensor3D };

/** A layer [batch, length, channels] -> the same shape, float32. */
export abstract class ModuleLayer<Options extends object> extends tfl.layers.Layer {
  /** What a subclass passes to its module besides the shape; plain JSON, part of the layer's configuration. */
  protected readonly options: Options;
  readonly #seed: number | undefined;
  readonly #lMax: number | undefined;
  #module: MixingModule | null = null;

  /** @param known every option that the module takes: a misspelt one must not be ignored @throws Error for any other */
  constructor(args: ModuleLayerArgs & Options, known: readonly (keyof Options & string)[]) {
    super(args);
    const name = this.getClassName();
    const { seed, lMax, ...rest } = args;
    const options: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(rest)) {
      if ((known as readonly string[]).includes(key)) {
        // null is what undefined becomes in a saved model.
        if (value !== undefined && value !== null) options[key] = value;
      } else if (!LAYER_KEYS.has(key)) {
        throw new Error(`${name}: unknown option '${key}'; it takes ${['lMax', 'seed', ...known].join(', ')}`);
      }
    }
    this.options = options as Options;
    this.#seed = seed ?? undefined;
    this.#lMax = lMax ?? undefined;
    this.inputSpec = [{ ndim: 3 }];
  }

  /**
   * A layer from its configuration. A saved model has its words in lower case, which is not what the types of conditioning
   * are called.
   */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    // tfjs-layers leaves its table of classes in every configuration that it loads.
    const { customObjects: _, ...own } = config;
    return new cls(upperCaseTypes(own) as tf.serialization.ConfigDict);
  }

  protected abstract makeModule(shape: SequenceShape, rng: Rng): MixingModule;

  override getClassName(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const name = this.getClassName();
    const [shape] = Array.isArray(inputShape[0]) ? (inputShape as tfl.Shape[]) : [inputShape as tfl.Shape];
    const [, length, width] = shape!;
    const text = `[${shape!.map((size) => size ?? 'null').join(', ')}]`;
    if (shape!.length !== 3 || typeof width !== 'number') {
      throw new Error(`${name}: the input's shape is ${text}; want [batch, length, channels], the channels known`);
    }
    const lMax = this.#lMax ?? length;
    if (typeof lMax !== 'number') {
      throw new Error(`${name}: the input's shape is ${text}, without a length; want the longest one as option lMax`);
    }
    if (typeof length === 'number' && length > lMax) {
      throw new Error(`${name}: the input's shape is ${text}; its length is more than lMax = ${lMax}`);
    }
    const module = this.makeModule({ width, lMax }, new Rng(this.#seed ?? Math.floor(Math.random() * 2 ** 53)));
    this.#module = module;
    for (const [path, parameter] of module.namedParameters()) {
      const { shape: size, trainable } = parameter.variable;
      const weight = this.addWeight(path, size, 'float32', tfl.initializers.zeros(), undefined, trainable);
      weight.write(parameter.value);
      // What a LayerVariable holds is one tf.Variable for all of its life: written to, trained, loaded and disposed of.
      parameter.adopt(weight.read() as tf.Variable);
    }
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    return this.#module!.forward(x as tf.Tensor3D);
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const own = { ...this.options } as tf.serialization.ConfigDict;
    if (this.#seed !== undefined) own.seed = this.#seed;
    if (this.#lMax !== undefined) own.lMax = this.#lMax;
    return { ...super.getConfig(), ...own };
  }

  protected override disposeWeights(): number {
    const count = super.disposeWeights();
    this.#module?.dispose();
    this.#module = null;
    return count;
  }
}

function upperCaseTypes(value: tf.serialization.ConfigDictValue): tf.serialization.ConfigDictValue {
  if (typeof value === 'string') return value.replace(/^ii?(?=-|$)/, (type) => type.toUpperCase());
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value as tf.serialization.ConfigDict);
  return Object.fromEntries(entries.map(([key, item]) => [key, key === 'name' ? item : upperCaseTypes(item)]));
}

// The constructor's of tf.layers.Layer, and those that getConfig of the base class writes.
const LAYER_KEYS = new Set([
  'inputShape',
  'batchInputShape',
  'batchSize',
  'dtype',
  'name',
  'trainable',
  'weights',
  'inputDType',
  'inputDtype',
]);
