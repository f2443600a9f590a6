// @orchid-ml/pipelines: trained models at work.
export { AudioClassificationPipeline } from './audio-classification/pipeline.ts';
export {
  type AudioClassificationInput,
  type AudioClassificationPrepared,
  AudioClassificationPreparer,
} from './audio-classification/preparer.ts';
export {
  type AnyPipeline,
  type AnyPreparer,
  createPipeline,
  createPreparer,
  type PreparerParts,
  taskOf,
} from './create.ts';
export { type FillMaskAnswer, FillMaskPipeline, type MaskFiller } from './fill-mask/pipeline.ts';
export {
  type FillMaskInput,
  type FillMaskOptions,
  type FillMaskPrepared,
  FillMaskPreparer,
} from './fill-mask/preparer.ts';
export { type ModelFolder, pipelineFromFiles, preparerFromFiles } from './from-files.ts';
export { ImageClassificationPipeline } from './image-classification/pipeline.ts';
export {
  type ImageClassificationInput,
  type ImageClassificationPrepared,
  ImageClassificationPreparer,
} from './image-classification/preparer.ts';
export { InputError } from './input-error.ts';
export { type Classified, labelNames } from './labels.ts';
export { PREPROCESSOR_FILE, parsePreprocessor } from './preprocessor/parse.ts';
export type {
  AudioClassificationPreprocessor,
  FillMaskPreprocessor,
  ImageClassificationPreprocessor,
  Preprocessor,
  PreprocessorInput,
  RecallPreprocessor,
  TextClassificationPreprocessor,
} from './preprocessor/schema.ts';
export { type RecallAnswer, RecallPipeline } from './recall/pipeline.ts';
export { type RecallInput, type RecallPrepared, RecallPreparer } from './recall/preparer.ts';
export { drawRecallSequence, recallText, recallTokenName } from './recall/question.ts';
export { type TextClassificationAnswer, TextClassificationPipeline } from './text-classification/pipeline.ts';
export {
  type TextClassificationInput,
  type TextClassificationPrepared,
  TextClassificationPreparer,
} from './text-classification/preparer.ts';
export type { Guess } from './top-guesses.ts';
export type {
  LabelGuess,
  Pipeline,
  PipelineTask,
  Prepared,
  Preparer,
  TopOptions,
} from './types.ts';
