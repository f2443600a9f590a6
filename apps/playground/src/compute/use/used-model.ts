// A trained model that a visitor brought: opened from its files, described, and asked.
import { parameterCount } from '@orchid-ml/orchid-models';
import {
  type AnyPipeline,
  type ImageClassificationPipeline,
  type Pipeline,
  type Prepared,
  pipelineFromFiles,
} from '@orchid-ml/pipelines';
import type { Files } from '../../shared/calls.ts';
import type { Opened, UseAnswer, UseInput } from '../../shared/use.ts';

export class UsedModel {
  readonly #pipeline: AnyPipeline;

  private constructor(pipeline: AnyPipeline) {
    this.#pipeline = pipeline;
  }

  /** @throws Error naming the file that is missing, damaged or of another model */
  static async open(files: Files): Promise<UsedModel> {
    return new UsedModel(await pipelineFromFiles(files));
  }

  get described(): Opened {
    const pipeline = this.#pipeline;
    const { task, model } = pipeline;
    const config: Readonly<Record<string, unknown>> = { ...model.config };
    const number = (key: string) => (typeof config[key] === 'number' ? (config[key] as number) : null);
    const blocks = number('num_hidden_layers');
    const facts = [
      `${blocks} block${blocks === 1 ? '' : 's'}`,
      `${number('hidden_size')} channels`,
      ...(typeof config.mixer === 'string' ? [`mixer ${config.mixer}`] : []),
    ];
    return {
      task,
      kind: model.kind,
      parameters: parameterCount(model),
      summary: facts.join(', '),
      vocabSize: number('vocab_size'),
      image: pipeline.task === 'image-classification' ? imageOf(pipeline) : null,
      texts: pipeline.task === 'text-classification' ? pipeline.preprocessor.texts : null,
    };
  }

  /** @throws InputError naming the field that does not fit */
  async answer({ input, options }: UseInput): Promise<UseAnswer> {
    // Which input goes with which task is checked by the pipeline itself, field by field.
    const pipeline = this.#pipeline as unknown as Pipeline<unknown, unknown, Prepared, unknown>;
    const [answer] = await pipeline.run([pipeline.prepare(input, options)]);
    return { answer };
  }

  dispose(): void {
    this.#pipeline.dispose();
  }
}

function imageOf({ preprocessor: { size, num_channels: channels } }: ImageClassificationPipeline): Opened['image'] {
  return { ...size, channels };
}
