// From a model and what was saved beside it to its pipeline: which one follows from the model's kind and its head.
import type {
  Bert,
  Model,
  ModelConfig,
  OrchidAudio,
  OrchidBert,
  OrchidVit,
  RecallModel,
  Vit,
} from '@orchid-ml/orchid-models';
import type { Tokenizer } from '@orchid-ml/tokenizers';
import { AudioClassificationPipeline } from './audio-classification/pipeline.ts';
import { AudioClassificationPreparer } from './audio-classification/preparer.ts';
import { FillMaskPipeline, type MaskFiller } from './fill-mask/pipeline.ts';
import { FillMaskPreparer } from './fill-mask/preparer.ts';
import { ImageClassificationPipeline } from './image-classification/pipeline.ts';
import { ImageClassificationPreparer } from './image-classification/preparer.ts';
import { PREPROCESSOR_FILE } from './preprocessor/parse.ts';
import type { Preprocessor } from './preprocessor/schema.ts';
import { RecallPipeline } from './recall/pipeline.ts';
import { RecallPreparer } from './recall/preparer.ts';
import { TextClassificationPipeline } from './text-classification/pipeline.ts';
import { TextClassificationPreparer } from './text-classification/preparer.ts';
import type { PipelineTask } from './types.ts';

/** What reads a model's inputs, for any task; `task` tells which. */
export type AnyPreparer =
  | RecallPreparer
  | FillMaskPreparer
  | TextClassificationPreparer
  | ImageClassificationPreparer
  | AudioClassificationPreparer;

/** A pipeline of any task; `task` tells which. */
export type AnyPipeline =
  | RecallPipeline
  | FillMaskPipeline
  | TextClassificationPipeline
  | ImageClassificationPipeline
  | AudioClassificationPipeline;

/** What stands beside a model's weights. */
export interface PreparerParts {
  /** complete, as `parseConfig` gives it */
  readonly config: ModelConfig;
  /** null for a model without */
  readonly tokenizer: Tokenizer | null;
  /** null where none was saved */
  readonly preprocessor: Preprocessor | null;
}

/** Which task a model is for. @throws Error for one that has none here */
export function taskOf(config: ModelConfig): PipelineTask {
  switch (config.model_type) {
    case 'orchid-recall':
      return 'recall';
    case 'orchid-masked-lm':
    case 'orchid-dna':
      return 'fill-mask';
    case 'orchid-vit':
    case 'vit':
      return 'image-classification';
    case 'orchid-audio':
      return 'audio-classification';
    default:
      if (config.head === 'masked-lm') return 'fill-mask';
      if (config.head === 'sequence-classification' || config.head === 'regression') return 'text-classification';
      throw new Error(
        `there is no pipeline for a model with the head '${config.head}'; want masked-lm, sequence-classification or regression`,
      );
  }
}

/**
 * What reads the inputs of a model, without its weights: in a thread that only prepares what others compute.
 *
 * @throws Error saying which file is missing or does not fit the model
 */
export function createPreparer({ config, tokenizer, preprocessor }: PreparerParts): AnyPreparer {
  const task = taskOf(config);
  if (preprocessor && preprocessor.task !== task) {
    throw new Error(
      `${PREPROCESSOR_FILE}: task is ${preprocessor.task}; the model (${config.model_type}) is for ${task}`,
    );
  }
  if (tokenizer && 'vocab_size' in config && tokenizer.vocabSize > config.vocab_size) {
    throw new Error(
      `tokenizer.json is not this model's: it has ${tokenizer.vocabSize} tokens, the model ${config.vocab_size}`,
    );
  }
  const own = <T extends PipelineTask>(_task: T) => preprocessor as (Preprocessor & { readonly task: T }) | null;
  switch (config.model_type) {
    case 'orchid-recall':
      return new RecallPreparer(config, own('recall'));
    case 'orchid-masked-lm':
    case 'orchid-dna':
      return new FillMaskPreparer(config, tokenizer, own('fill-mask'));
    case 'orchid-vit':
    case 'vit':
      return new ImageClassificationPreparer(config, own('image-classification'));
    case 'orchid-audio':
      return new AudioClassificationPreparer(config, own('audio-classification'));
    case 'orchid-bert':
    case 'bert':
      return task === 'fill-mask'
        ? new FillMaskPreparer(config, tokenizer, own('fill-mask'))
        : new TextClassificationPreparer(config, tokenizer, own('text-classification'));
  }
}

/**
 * The pipeline of a model, whose owner it becomes: its `dispose` frees it.
 *
 * @throws Error as {@link createPreparer} does; the model is then still the caller's
 */
export function createPipeline(model: Model, beside: Omit<PreparerParts, 'config'>): AnyPipeline {
  const preparer = createPreparer({ ...beside, config: model.config });
  switch (preparer.task) {
    case 'recall':
      return new RecallPipeline(model as RecallModel, preparer);
    case 'fill-mask':
      return new FillMaskPipeline(model as MaskFiller, preparer);
    case 'text-classification':
      return new TextClassificationPipeline(model as OrchidBert | Bert, preparer);
    case 'image-classification':
      return new ImageClassificationPipeline(model as OrchidVit | Vit, preparer);
    case 'audio-classification':
      return new AudioClassificationPipeline(model as OrchidAudio, preparer);
  }
}
