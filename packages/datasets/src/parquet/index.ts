// Tables in Parquet files, as the Hugging Face hub has them.
export { ParquetFile, type ParquetReadOptions, type ParquetRow } from './file.ts';
export { parquetRows } from './rows.ts';
export { type ParquetSource, type ParquetUrlOptions, parquetBytes, parquetUrl } from './source.ts';
