// A column of texts in a Parquet file as documents; a place is a row.
import { ParquetFile } from '../parquet/file.ts';
import type { ParquetSource } from '../parquet/source.ts';
import type { Document, DocumentFile } from './documents.ts';
import { lost } from './documents.ts';

export interface ParquetDocumentsOptions {
  readonly name: string;
  readonly id: string;
  readonly place: string;
  /** Called when the file is needed. */
  readonly open: () => Promise<ParquetSource>;
  /** The column of texts. Default `text`. */
  readonly column?: string;
}

/** Rows without text (null, or space alone) are passed over. A row group is in memory at a time. */
export function parquetDocuments({ name, id, place, open, column = 'text' }: ParquetDocumentsOptions): DocumentFile {
  const opened = async () => {
    const file = await ParquetFile.open(await open());
    file.check([column]);
    return file;
  };
  async function* groups(file: ParquetFile, isWanted: (first: number, end: number) => boolean) {
    let first = 0;
    for (const [group, rows] of file.groups.entries()) {
      const end = first + rows;
      if (isWanted(first, end)) yield { first, texts: await textsOf(file, group, column) };
      first = end;
    }
  }
  async function* read(at: number): AsyncGenerator<Document[]> {
    for await (const { first, texts } of groups(await opened(), (_, end) => end > at)) {
      const documents: Document[] = [];
      for (let i = Math.max(0, at - first); i < texts.length; i++) {
        const text = texts[i];
        if (text?.trim()) documents.push({ at: first + i, next: first + i + 1, text });
      }
      yield documents;
    }
  }
  async function find(places: readonly number[]): Promise<Document[]> {
    // Nothing is opened for nothing: it may have to be downloaded first.
    if (places.length === 0) return [];
    const found: Document[] = [];
    const file = await opened();
    const isWanted = (first: number, end: number) => places.some((place) => place >= first && place < end);
    for await (const { first, texts } of groups(file, isWanted)) {
      for (let place = places[found.length]; place !== undefined; place = places[found.length]) {
        if (place >= first + texts.length) break;
        const text = texts[place - first];
        if (!text) throw lost(name, place);
        found.push({ at: place, next: place + 1, text });
      }
    }
    if (found.length < places.length) throw lost(name, places[found.length]!);
    return found;
  }
  return { name, id, place, read, find };
}

async function textsOf(file: ParquetFile, group: number, column: string): Promise<(string | null)[]> {
  const rows = await file.readGroup(group, { columns: [column] });
  return rows.map((row) => {
    const text = row[column] ?? null;
    if (text === null || typeof text === 'string') return text;
    throw new Error(`Parquet ${file.name}: column ${JSON.stringify(column)} has ${typeof text}; want text`);
  });
}
