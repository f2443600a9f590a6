// The rows of many Parquet files, one after the other, with a row group in memory at a time.
import { ParquetFile, type ParquetReadOptions, type ParquetRow } from './file.ts';
import type { ParquetSource } from './source.ts';

/**
 * @param sources files with the columns that are asked for; each is opened when its turn comes
 * @throws Error naming the file that cannot be read, or has no such column
 */
export async function* parquetRows(
  sources: Iterable<ParquetSource | Promise<ParquetSource>>,
  options: ParquetReadOptions = {},
): AsyncGenerator<ParquetRow> {
  for (const source of sources) {
    const file = await ParquetFile.open(await source);
    for (const group of file.groups.keys()) yield* await file.readGroup(group, options);
  }
}
