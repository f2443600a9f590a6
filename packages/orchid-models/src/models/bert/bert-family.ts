// What Orchid-BERT and BERT share: embeddings, layers one after another, and a head, which is chosen by the configuration.
import { Module, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import type { BlockForwardOptions } from '../../blocks/orchid-block.ts';
import type { ConfigOf } from '../../config/index.ts';
import type { Activation } from '../../layers/activation.ts';
import { Dropout } from '../../layers/dropout.ts';
import { LayerNorm } from '../../layers/layer-norm.ts';
import { Linear } from '../../layers/linear.ts';
import type { Classifier } from '../classifier.ts';
import type { EncodeOptions, LogitsOptions, SequenceModel } from '../sequence-model.ts';
import { checkedIds, checkedInputs } from './check-inputs.ts';
import { BertEmbeddings } from './embeddings.ts';
import { MaskedLmHead, Pooler } from './heads.ts';

type BertConfig = ConfigOf<'orchid-bert' | 'bert'>;

/** A layer of the body. */
export interface BertLayerLike extends Module {
  forward(x: tf.Tensor3D, options: BlockForwardOptions): tf.Tensor3D;
}

export interface BertParts {
  /** rows of the embedding table */
  tokens: number;
  activation: Activation;
  tied: boolean;
  layer: (index: number) => BertLayerLike;
  /** a norm after the last layer, for layers that leave one to be done */
  finalNorm: boolean;
}

/**
 * Parameters, by the names that they have in transformers: `bert.embeddings.*`, `bert.encoder.layer.<i>.*`, and those of the
 * head: `cls.predictions.*` (masked-lm), `bert.pooler.dense.*` (sequence-classification, regression, none), `classifier.*`
 * [labels, D] (classifications and regression).
 */
export abstract class BertFamily<C extends BertConfig> extends Module implements SequenceModel, Classifier {
  readonly config: C;
  readonly headPrefixes = ['cls.', 'bert.pooler.', 'classifier.'] as const;
  readonly #embeddings: BertEmbeddings;
  readonly #layers: BertLayerLike[];
  readonly #finalNorm: LayerNorm | null;
  readonly #maskedLm: MaskedLmHead | null = null;
  readonly #pooler: Pooler | null = null;
  readonly #classifier: Linear | null = null;
  readonly #classifierDropout: Dropout;

  protected constructor(config: C, rng: Rng, { tokens, activation, tied, layer, finalNorm }: BertParts) {
    super();
    this.config = config;
    const { hidden_size: width, layer_norm_eps: eps, initializer_range: deviation, head } = config;
    const count = config.num_hidden_layers;
    // Layers take the first numbers, two or three each; these two come after them.
    const place = 4 * count;
    const [positions, types] = [config.max_position_embeddings, config.type_vocab_size];
    const dropout = new Dropout(config.hidden_dropout_prob, place);
    const embeddings = new BertEmbeddings({ tokens, width, positions, types, eps, deviation, dropout }, rng);
    this.#embeddings = this.addModule('bert.embeddings', embeddings);
    this.#layers = Array.from({ length: count }, (_, i) => this.addModule(`bert.encoder.layer.${i}`, layer(i)));
    this.#finalNorm = finalNorm ? this.addModule('bert.encoder.norm', new LayerNorm({ width, eps })) : null;
    this.#classifierDropout = new Dropout(config.classifier_dropout ?? config.hidden_dropout_prob, place + 1);
    if (head === 'masked-lm') {
      const options = { width, tokens, eps, deviation, activation, tied };
      this.#maskedLm = this.addModule('cls.predictions', new MaskedLmHead(options, rng));
    } else {
      if (head !== 'token-classification') {
        this.#pooler = this.addModule('bert.pooler', new Pooler({ width, deviation }, rng));
      }
      if (head !== 'none') {
        const options = { inFeatures: width, outFeatures: config.num_labels, deviation };
        this.#classifier = this.addModule('classifier', new Linear(options, rng));
      }
    }
  }

  get kind(): C['model_type'] {
    return this.config.model_type;
  }

  /** The body alone. @returns [B, L, D] @throws Error as {@link logits} does */
  hidden(ids: tf.Tensor2D, options: EncodeOptions = {}): tf.Tensor3D {
    return this.#encode(ids, options, 'all');
  }

  /** tanh(W·first position + b) [B, D], of a head that has a pooler. @throws Error when the head has none */
  pooled(ids: tf.Tensor2D, options: EncodeOptions = {}): tf.Tensor2D {
    const pooler = this.#of(this.#pooler, 'pooler', "'sequence-classification', 'regression' or 'none'");
    return tf.tidy(() => pooler.forward(this.hidden(ids, options)));
  }

  /** Scores of tokens; see {@link SequenceModel.logits}. @throws Error when the head is not masked-lm */
  logits(ids: tf.Tensor2D, { positions = 'all', at, ...options }: LogitsOptions & EncodeOptions = {}): tf.Tensor {
    const head = this.#of(this.#maskedLm, 'scores of tokens', "'masked-lm'");
    const { hidden_size: width, vocab_size: vocab } = this.config;
    if (at && positions === 'last')
      throw new Error(`${this.constructor.name}: 'at' and positions 'last' exclude each other`);
    return tf.tidy(() => {
      const hidden = this.#encode(ids, options, positions);
      const rows = tf.reshape(hidden, [hidden.size / width, width]);
      const scores = head.forward(at ? tf.gather(rows, at) : rows, this.#embeddings.tokens.weight);
      // Nobody may be offered the tokens that the table was padded with.
      const kept = scores.shape[1] === vocab ? scores : tf.slice(scores, [0, 0], [scores.shape[0]!, vocab]);
      return at || positions === 'last' ? kept : tf.reshape(kept, [...ids.shape, vocab]);
    });
  }

  /**
   * Scores of labels, or numbers: [B, labels], for each token [B, L, labels].
   *
   * @throws Error when the head is none of sequence-classification, regression and token-classification, or as {@link logits} does
   */
  classify(ids: tf.Tensor2D, options: EncodeOptions = {}): tf.Tensor {
    const wanted = "'sequence-classification', 'regression' or 'token-classification'";
    const classifier = this.#of(this.#classifier, 'scores of labels', wanted);
    return tf.tidy(() => {
      const hidden = this.#encode(ids, options, 'all');
      const taken: tf.Tensor = this.#pooler ? this.#pooler.forward(hidden) : hidden;
      return classifier.forward(this.#classifierDropout.forward(taken, options.dropoutSeed));
    });
  }

  #of<T>(part: T | null, what: string, heads: string): T {
    if (part !== null) return part;
    throw new Error(`${this.constructor.name}: the head '${this.config.head}' gives no ${what}; want ${heads}`);
  }

  #encode(ids: tf.Tensor2D, options: EncodeOptions, positions: 'all' | 'last'): tf.Tensor3D {
    const name = this.constructor.name;
    checkedIds(name, ids, this.config.max_position_embeddings);
    if (positions !== 'all' && positions !== 'last') {
      throw new Error(`${name}: positions is ${JSON.stringify(positions)}, want 'all' or 'last'`);
    }
    const { recompute = false, dropoutSeed } = options;
    return tf.tidy(() => {
      const { tokenTypes, mask } = checkedInputs(name, ids, options);
      let x = this.#embeddings.forward(ids, tokenTypes, dropoutSeed);
      for (const layer of this.#layers) {
        const wanted = layer === this.#layers.at(-1) ? positions : 'all';
        x = layer.forward(x, { positions: wanted, recompute, mask, dropoutSeed });
      }
      return this.#finalNorm ? (this.#finalNorm.forward(x) as tf.Tensor3D) : x;
    });
  }
}
