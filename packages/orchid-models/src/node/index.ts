// @orchid-ml/orchid-models/node: models and safetensors on disk.
export { type FileContent, writeFilesAtomically } from './atomic-write.ts';
export { makeFolder } from './make-folder.ts';
export { type LoadedModel, loadModel, saveModel } from './model-files.ts';
export { readSafetensors, writeSafetensors } from './safetensors.ts';
