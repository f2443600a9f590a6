// What the small token models share: embedding, Orchid blocks, final norm, output layer.
import { linear } from '@orchid-ml/backends/ops';
import { Module, type Parameter, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { OrchidBlock } from '../blocks/orchid-block.ts';
import type { ConfigOf } from '../config/index.ts';
import { Embedding } from '../layers/embedding.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import type { Positions } from '../layers/positions.ts';
import { mixerOptions } from './mixer-options.ts';
import type { LogitsOptions, SequenceModel } from './sequence-model.ts';

type SmallConfig = ConfigOf<'orchid-recall' | 'orchid-masked-lm' | 'orchid-dna'>;

/**
 * Parameters: `embedding.weight` [V, D], `position_embedding.weight` [l_max, D] if configured, `blocks.<i>.*`, `norm.*`,
 * and `head.weight` [V, D] with `head.bias` [V]. With tied embeddings the table serves as head.weight and is saved once.
 */
export abstract class OrchidSequenceModel<C extends SmallConfig> extends Module implements SequenceModel {
  readonly config: C;
  readonly #embedding: Embedding;
  readonly #positions: Embedding | null;
  readonly #blocks: OrchidBlock[];
  readonly #norm: LayerNorm;
  readonly #head: Linear | Parameter;

  constructor(config: C, rng: Rng) {
    super();
    this.config = config;
    const { hidden_size: width, vocab_size: vocab, max_position_embeddings: lMax, layer_norm_eps: eps } = config;
    const deviation = config.initializer_range;
    this.#embedding = this.addModule('embedding', new Embedding({ count: vocab, width, deviation }, rng));
    this.#positions =
      config.position_embedding_type === 'absolute'
        ? this.addModule('position_embedding', new Embedding({ count: lMax, width, deviation }, rng))
        : null;
    this.#blocks = Array.from({ length: config.num_hidden_layers }, (_, i) => {
      const options = { mixer: mixerOptions(config), innerWidth: config.intermediate_size, eps };
      return this.addModule(`blocks.${i}`, new OrchidBlock(options, rng));
    });
    this.#norm = this.addModule('norm', new LayerNorm({ width, eps }));
    this.#head = config.tie_word_embeddings
      ? this.addParameter('head.bias', tf.zeros([vocab]))
      : this.addModule('head', new Linear({ inFeatures: width, outFeatures: vocab }, rng));
  }

  get kind(): C['model_type'] {
    return this.config.model_type;
  }

  /**
   * The body alone, after the last norm.
   *
   * @param ids as {@link logits} takes them
   * @returns [B, L, D]
   * @throws Error as {@link logits} does
   */
  hidden(ids: tf.Tensor2D, { recompute = false }: Pick<LogitsOptions, 'recompute'> = {}): tf.Tensor3D {
    return tf.tidy(() => this.#norm.forward(this.#body(ids, 'all', recompute)) as tf.Tensor3D);
  }

  logits(ids: tf.Tensor2D, { positions = 'all', at, recompute = false }: LogitsOptions = {}): tf.Tensor {
    const name = this.constructor.name;
    if (positions !== 'all' && positions !== 'last') {
      throw new Error(`${name}: positions is ${JSON.stringify(positions)}, want 'all' or 'last'`);
    }
    if (at && positions === 'last') throw new Error(`${name}: 'at' and positions 'last' exclude each other`);
    const { hidden_size: width } = this.config;
    return tf.tidy(() => {
      const x = this.#body(ids, positions, recompute);
      const rows = at || positions === 'last' ? tf.reshape(x, [x.size / width, width]) : x;
      const normed = this.#norm.forward(at ? tf.gather(rows, at) : rows);
      return this.#head instanceof Linear
        ? this.#head.forward(normed)
        : linear(normed, this.#embedding.weight, this.#head.value as tf.Tensor1D);
    });
  }

  /** What the blocks make of the ids, before the last norm: [B, L, D], or [B, 1, D] of the last positions. */
  #body(ids: tf.Tensor2D, positions: Positions, recompute: boolean): tf.Tensor3D {
    const name = this.constructor.name;
    if (ids.rank !== 2 || ids.dtype !== 'int32') {
      throw new Error(`${name}: ids are ${ids.dtype} of shape [${ids.shape}], want int32 of shape [batch, length]`);
    }
    const length = ids.shape[1];
    const { max_position_embeddings: lMax, hidden_size: width } = this.config;
    if (length < 1 || length > lMax) {
      throw new Error(`${name}: the sequence has ${length} positions; max_position_embeddings allows 1 to ${lMax}`);
    }
    let x = this.#embedding.forward(ids) as tf.Tensor3D;
    if (this.#positions !== null) x = tf.add(x, tf.slice(this.#positions.weight, [0, 0], [length, width]));
    // The blocks mix positions, so only the last of them may leave some out.
    for (const block of this.#blocks) {
      x = block.forward(x, { positions: block === this.#blocks.at(-1) ? positions : 'all', recompute });
    }
    return x;
  }
}
