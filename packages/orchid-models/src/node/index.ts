// @orchid-ml/orchid-models/node: models and safetensors on disk.
export { type FileContent, writeFilesAtomically } from './atomic-write.ts';
export { type FromPretrainedOptions, fromPretrained } from './from-pretrained.ts';
export { makeFolder } from './make-folder.ts';
export { type LoadedModel, loadModel, type SaveOptions, saveModel } from './model-files.ts';
export { readSafetensors, writeSafetensors } from './safetensors.ts';
