// What needs Node's own modules.
export * from './audio/index.ts';
export { type DataFiles, openDataFiles } from './data-files.ts';
export { readFasta } from './fasta/index.ts';
export { readGlue } from './glue/index.ts';
export * from './images/index.ts';
export { parquetFile } from './parquet.ts';
export * from './streaming/index.ts';
export { readTextFile } from './text-file.ts';
export { invalidUtf8Offset } from './utf8.ts';
