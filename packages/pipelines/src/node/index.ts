// @orchid-ml/pipelines/node: pipelines of models on disk.
export { modelFolder, readPreprocessor, readTokenizer } from './folder.ts';
export { openPipeline, openPreparer } from './open-pipeline.ts';
export { type ReadImageOptions, readImage } from './read-image.ts';
