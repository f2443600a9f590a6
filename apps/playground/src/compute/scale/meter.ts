// Times one mixer at one length after another, and says beforehand what does not fit the memory.
import { heapUse, rehearse, resetHeapPeak } from '@orchid-ml/backends';
import { DNA_LETTERS, MlmDataset } from '@orchid-ml/datasets';
import { createModel, type SequenceModel } from '@orchid-ml/orchid-models';
import { CharTokenizer } from '@orchid-ml/tokenizers';
import { AdamW, memorySize, mlmTask, planMemory, StepTooLargeError, trainingStep } from '@orchid-ml/trainers';
import * as tf from '@tensorflow/tfjs-core';
import type { Measured, MeasureInput, ScaleStart } from '../../shared/scale.ts';
import { timed } from './timed.ts';

type Settings = Pick<ScaleStart, 'mixer' | 'width' | 'layers' | 'memoryLimit'>;

/** What a forward pass took, to say what a longer one will take. */
interface Peak {
  readonly length: number;
  readonly bytes: number;
}

export class Meter {
  readonly #settings: Settings;
  readonly #tokenizer = new CharTokenizer(DNA_LETTERS);
  #forward: Peak | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Median time and peak memory, or why there are none. Lengths should rise, as the memory of one is judged by the last. */
  async measure({ work, length }: MeasureInput): Promise<Measured> {
    try {
      return await (work === 'forward' ? this.#measureForward(length) : this.#measureTraining(length));
    } catch (error) {
      // Whatever goes wrong at this length is what is found out about it.
      return { cannot: error instanceof Error ? error.message : String(error) };
    }
  }

  async #measureForward(length: number): Promise<Measured> {
    const model = this.#model(length);
    const ids = tf.tensor2d(this.#ids(length), [1, length], 'int32');
    const pass = () => tf.tidy(() => void model.logits(ids));
    try {
      const before = heapUse()?.used ?? 0;
      const needed = this.#forwardBytes(length, pass);
      const { memoryLimit } = this.#settings;
      if (before + needed > memoryLimit) {
        const cannot =
          `a forward pass over ${length.toLocaleString('en-US')} tokens would take about ${memorySize(needed)}; ` +
          `the limit is ${memorySize(memoryLimit)}`;
        return { cannot };
      }
      resetHeapPeak();
      const times = await timed(
        async () => {
          const some = tf.tidy(() => tf.slice(tf.reshape(model.logits(ids), [-1]), 0, 1));
          await some.data();
          some.dispose();
        },
        { compiles: tf.getBackend() === 'webgpu' },
      );
      const peak = heapUse()?.peak ?? null;
      if (peak !== null) this.#forward = { length, bytes: peak - before };
      return { ...times, peakBytes: peak, recompute: false };
    } finally {
      ids.dispose();
      model.dispose();
    }
  }

  /** On webgpu known exactly; else the last length's, grown as the mixer's memory grows at worst. */
  #forwardBytes(length: number, pass: () => void): number {
    const rehearsed = rehearse(pass);
    if (rehearsed !== null) return rehearsed;
    if (!this.#forward) return 0;
    const ratio = length / this.#forward.length;
    return this.#forward.bytes * (this.#settings.mixer === 'attention' ? ratio ** 2 : ratio);
  }

  async #measureTraining(length: number): Promise<Measured> {
    const model = this.#model(length);
    const task = mlmTask({ dataset: this.#dataset(length) });
    const optimizer = new AdamW(model, { learningRate: 1e-4 });
    try {
      const { recompute } = planMemory(model, task, optimizer, {
        microBatchSize: 1,
        isQuadratic: this.#settings.mixer === 'attention',
        capBytes: this.#settings.memoryLimit,
      });
      const batch = task.nextBatch();
      resetHeapPeak();
      const times = await timed(
        async () => {
          await trainingStep(model, task, optimizer, batch, { factor: 1, clipNorm: 1, recompute });
        },
        { compiles: tf.getBackend() === 'webgpu' },
      );
      return { ...times, peakBytes: heapUse()?.peak ?? null, recompute };
    } catch (error) {
      if (!(error instanceof StepTooLargeError)) throw error;
      const { neededBytes, usedBytes, length: tokens } = error.details;
      const step = `a training step over ${tokens.toLocaleString('en-US')} tokens`;
      if (!Number.isFinite(neededBytes)) return { cannot: `${step} has a tensor that is too large for the device` };
      // A plan leaves some of the limit to the gaps between blocks.
      const limit = `${memorySize(this.#settings.memoryLimit)}, of which 95 % are counted on`;
      return { cannot: `${step} would take ${memorySize(neededBytes + usedBytes)}; the limit is ${limit}` };
    } finally {
      optimizer.dispose();
      model.dispose();
    }
  }

  #model(length: number): SequenceModel {
    const { mixer, width, layers } = this.#settings;
    return createModel({
      model_type: 'orchid-masked-lm',
      vocab_size: this.#tokenizer.vocabSize,
      hidden_size: width,
      num_hidden_layers: layers,
      max_position_embeddings: length,
      mixer,
      transform: 'dct',
      num_attention_heads: 2,
    });
  }

  /** Letters of a genome that never was; their order does not change how long anything takes. */
  #ids(count: number): Int32Array {
    const letters = [...DNA_LETTERS].slice(0, 4).map((letter) => this.#tokenizer.encode(letter)[0]!);
    let state = 1;
    return Int32Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return letters[state >>> 30]!;
    });
  }

  #dataset(length: number): MlmDataset {
    const ids = this.#ids(length);
    return new MlmDataset({ ids, heldOutIds: ids, length, batchSize: 1, tokenizer: this.#tokenizer, seed: 1 });
  }
}
