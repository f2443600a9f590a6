// Looks at the headers of a column's pages before hyparquet does, which believes them: with a damaged one it would go on for ever,
// or give values that were never there.
import type { ColumnMetaData } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';

/** Where a column of a row group has its pages. */
export function chunkRange({ data_page_offset, dictionary_page_offset, total_compressed_size }: ColumnMetaData) {
  const start = Number(dictionary_page_offset || data_page_offset);
  return { start, end: start + Number(total_compressed_size) };
}

/**
 * @param bytes those of {@link chunkRange}
 * @throws Error when a header is damaged, or the pages do not have the values that the column says
 */
export function checkPages(bytes: ArrayBuffer, { num_values, total_uncompressed_size }: ColumnMetaData): void {
  const reader = { view: new DataView(bytes), offset: 0 };
  const wanted = Number(num_values);
  const largest = Number(total_uncompressed_size);
  let values = 0;
  while (values < wanted && reader.offset < bytes.byteLength) {
    const header = deserializeTCompactProtocol(reader) as Header;
    const { field_1: kind, field_2: unpacked, field_3: packed } = header;
    const rest = bytes.byteLength - reader.offset;
    if (!(isCount(packed, rest) && isCount(unpacked, largest))) throw damage(`a page of ${packed} bytes of ${rest}`);
    reader.offset += packed;
    if (kind === INDEX || kind === DICTIONARY) {
      if (kind === DICTIONARY && !isCount(header.field_7?.field_1, 8 * unpacked)) throw damage('its dictionary');
      continue;
    }
    const { field_5: v1, field_8: v2 } = header;
    const count = (kind === DATA ? v1 : kind === DATA_V2 ? v2 : undefined)?.field_1;
    if (!isCount(count, wanted - values)) throw damage(`a page of ${count} values of ${wanted - values}`);
    if (kind === DATA_V2) {
      const { field_2: nulls, field_3: rows, field_5: definitions, field_6: repetitions } = v2!;
      const fits = isCount(nulls, count) && isCount(rows, count) && isCount(definitions, packed);
      if (!(fits && isCount(repetitions, packed - definitions))) throw damage('the levels of a page');
    }
    values += count;
  }
  if (values !== wanted) throw damage(`${values} values of ${wanted}`);
}

// The kinds and the fields of a PageHeader in parquet.thrift.
const DATA = 0;
const INDEX = 1;
const DICTIONARY = 2;
const DATA_V2 = 3;

interface Header {
  readonly field_1?: unknown;
  readonly field_2?: unknown;
  readonly field_3?: unknown;
  readonly field_5?: { readonly field_1?: unknown };
  readonly field_7?: { readonly field_1?: unknown };
  readonly field_8?: Readonly<Partial<Record<`field_${1 | 2 | 3 | 5 | 6}`, unknown>>>;
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function damage(what: string): Error {
  return new Error(`a page header is damaged (${what})`);
}
