// Labelled texts.
export { type TextBatch, TextDataset, type TextDatasetOptions } from './dataset.ts';
export type { TextExample } from './example.ts';
