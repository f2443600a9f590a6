// Labelled examples and their batches, for one import.
export type { ExampleBatch } from './batch.ts';
export { type BatchTransform, type DatasetOptions, ExampleDataset } from './dataset.ts';
export { mixup, oneOf, softLabels } from './mixup.ts';
export type { OrderState } from './order.ts';
export { type ExampleList, type ExampleSource, type StreamedSource, subset } from './source.ts';
export { StreamedDataset, type StreamOptions } from './streamed.ts';
