// Models out of the files of others and of our own.
export { type ModelFiles, modelFromFiles, type Pretrained, type PretrainedOptions } from './model-from-files.ts';
