// A Parquet file by its row groups, decoded by hyparquet; what is wrong with it is said with its name.
import {
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { checkPages, chunkRange } from './check-pages.ts';
import type { ParquetSource } from './source.ts';

/** Values by column: texts, numbers, booleans, dates, bytes, null, and lists and objects of these. */
export type ParquetRow = Readonly<Record<string, unknown>>;

export interface ParquetReadOptions {
  /** Default: all. */
  readonly columns?: readonly string[];
  /** Whether bytes that the file does not declare to be text are read as UTF-8; false leaves pictures and the like alone. Default true. */
  readonly utf8?: boolean;
}

/** Codecs that hyparquet knows by itself. */
const KNOWN = ['UNCOMPRESSED', 'SNAPPY'];

export class ParquetFile {
  readonly name: string;
  readonly columns: readonly string[];
  /** Rows of each row group. */
  readonly groups: readonly number[];
  readonly rows: number;
  readonly #source: ParquetSource;
  readonly #metadata: FileMetaData;

  private constructor(source: ParquetSource, metadata: FileMetaData) {
    this.name = source.name;
    this.columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    this.groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
    this.rows = Number(metadata.num_rows);
    this.#source = source;
    this.#metadata = metadata;
  }

  /** Reads what the file says of itself. @throws Error naming the file when it is no Parquet file, cut or damaged */
  static async open(source: ParquetSource): Promise<ParquetFile> {
    let file: ParquetFile;
    try {
      file = new ParquetFile(source, await parquetMetadataAsync(source));
    } catch (error) {
      throw damaged(source.name, 'it is no Parquet file, or cut or damaged', error);
    }
    const sum = file.groups.reduce((total, rows) => total + rows, 0);
    if (!(file.columns.length > 0 && sum === file.rows && file.groups.every((rows) => rows >= 0))) {
      throw damaged(source.name, `it is damaged: it says ${file.rows} rows, and its row groups ${sum}`);
    }
    return file;
  }

  /** @throws Error naming the file and its columns when one of `columns` is not among them */
  check(columns: readonly string[]): void {
    const missing = columns.find((column) => !this.columns.includes(column));
    if (missing === undefined) return;
    const there = this.columns.map((column) => JSON.stringify(column)).join(', ');
    throw new Error(`Parquet ${this.name}: there is no column ${JSON.stringify(missing)}; it has ${there}`);
  }

  /**
   * The rows of a row group. 64-bit integers come as numbers.
   *
   * @throws Error naming the file when a column is missing, the data is damaged, or a number cannot hold an integer
   */
  async readGroup(
    group: number,
    { columns = this.columns, utf8 = true }: ParquetReadOptions = {},
  ): Promise<ParquetRow[]> {
    this.check(columns);
    const count = this.groups[group];
    if (count === undefined) {
      throw new Error(`Parquet ${this.name}: row group ${group}; want an integer in 0..${this.groups.length - 1}`);
    }
    if (count === 0) return [];
    const rowStart = this.groups.slice(0, group).reduce((sum, rows) => sum + rows, 0);
    const rows = await this.#decode(columns, group, rowStart, rowStart + count, utf8);
    if (rows.length !== count) {
      throw damaged(this.name, `row group ${group} is damaged: it has ${rows.length} rows of ${count}`);
    }
    for (const row of rows) {
      for (const column of columns) {
        if (row[column] === undefined) throw damaged(this.name, `row group ${group} is damaged: a value is missing`);
        row[column] = plain(row[column], this.name, column);
      }
    }
    return rows;
  }

  async #decode(columns: readonly string[], group: number, rowStart: number, rowEnd: number, utf8: boolean) {
    const compressors = await this.#compressors(columns);
    try {
      const file = await this.#checked(columns, group);
      const range = { metadata: this.#metadata, columns: [...columns], rowStart, rowEnd, utf8 };
      return (await parquetReadObjects({ file, ...range, ...compressors })) as Record<string, unknown>[];
    } catch (error) {
      throw damaged(this.name, `row group ${group} is damaged or of a kind that cannot be read`, error);
    }
  }

  /** The columns' bytes of a row group, whose page headers are found to be sound. */
  async #checked(columns: readonly string[], group: number): Promise<ParquetSource> {
    const pieces: Piece[] = [];
    for (const { meta_data } of this.#metadata.row_groups[group]!.columns) {
      if (!meta_data || !columns.includes(meta_data.path_in_schema[0]!)) continue;
      const range = chunkRange(meta_data);
      const { start } = range;
      // Some writers count the dictionary's bytes without saying where it is: the range then ends after the column's.
      const end = Math.min(range.end, this.#source.byteLength);
      if (!(start >= 0 && start <= end)) throw new Error(`a column is said to lie at ${start} to ${range.end}`);
      const bytes = await this.#source.slice(start, end);
      checkPages(bytes, meta_data);
      pieces.push({ start, bytes: new Uint8Array(bytes) });
    }
    const slice = (start: number, end = this.#source.byteLength) =>
      assembled(pieces, start, end) ?? this.#source.slice(start, end);
    return { ...this.#source, slice };
  }

  /** Those beyond hyparquet's own are loaded where a file needs them. */
  async #compressors(columns: readonly string[]): Promise<{ compressors?: Compressors }> {
    const isNeeded = this.#metadata.row_groups.some((group) =>
      group.columns.some(
        ({ meta_data }) =>
          meta_data && columns.includes(meta_data.path_in_schema[0]!) && !KNOWN.includes(meta_data.codec),
      ),
    );
    return isNeeded ? { compressors: (await import('hyparquet-compressors')).compressors } : {};
  }
}

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** A range out of pieces at hand, unless some of it is missing. */
function assembled(pieces: readonly Piece[], start: number, end: number): ArrayBuffer | undefined {
  const range = new Uint8Array(Math.max(0, end - start));
  let filled = 0;
  for (const piece of pieces) {
    const from = Math.max(start, piece.start);
    const to = Math.min(end, piece.start + piece.bytes.length);
    if (from >= to) continue;
    range.set(piece.bytes.subarray(from - piece.start, to - piece.start), from - start);
    filled += to - from;
  }
  return filled === range.length ? range.buffer : undefined;
}

function damaged(name: string, what: string, cause?: unknown): Error {
  const why = cause instanceof Error ? `: ${cause.message.replace(/^parquet /, '')}` : '';
  return new Error(`Parquet ${name}: ${what}${why}`, { cause });
}

/** hyparquet gives 64-bit integers as bigint, which no arithmetic here takes. */
function plain(value: unknown, name: string, column: string): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new Error(`Parquet ${name}: column ${JSON.stringify(column)} has ${value}; a number cannot hold it`);
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, name, column));
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, name, column)]));
  }
  return value;
}
