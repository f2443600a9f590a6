// Text that does not fit in memory.
export { type Document, type DocumentFile, findByReading } from './documents.ts';
export { MlmStream, type MlmStreamOptions, type MlmStreamState } from './mlm-stream.ts';
export { type ParquetDocumentsOptions, parquetDocuments } from './parquet-documents.ts';
export { ShuffledDocuments, type ShuffleOptions, type ShuffleState } from './shuffled-documents.ts';
