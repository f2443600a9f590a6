// Text files as documents: a paragraph, a line, or a field of a line of JSON.
import { type Document, type DocumentFile, findByReading } from '../../streaming/documents.ts';
import { isGzip, type Line, readLines } from './lines.ts';

/**
 * What a document of a text file is: text between empty lines, or a line. Longer ones than 1 MiB are cut.
 */
export type TextUnit = 'paragraph' | 'line';

export interface TextDocumentsOptions {
  readonly name: string;
  readonly id: string;
  readonly place: string;
  /** Called when the file is needed; gives its path. */
  readonly open: () => Promise<string>;
  /** `json`: every line is a JSON object. */
  readonly unit: TextUnit | 'json';
  /** The field of a JSON object that is its text. Default `text`. */
  readonly field?: string;
}

const LONGEST_TEXT = 1 << 20;
const LONGEST_JSON = 1 << 26;

/** Documents of a text file, which may be packed (`.gz`); those without text are passed over. */
export function textDocuments({ name, id, place, open, unit, field = 'text' }: TextDocumentsOptions): DocumentFile {
  async function* read(at: number): AsyncGenerator<Document[]> {
    const path = await open();
    const isJson = unit === 'json';
    const options = { longest: isJson ? LONGEST_JSON : LONGEST_TEXT, tooLong: isJson ? 'refuse' : 'cut' } as const;
    const lines = readLines(path, at, options);
    if (unit === 'paragraph') return yield* paragraphs(lines);
    for await (const some of lines) {
      const documents: Document[] = [];
      for (const line of some) {
        if (!line.text.trim()) continue;
        const text = isJson ? fieldOf(line, field, name) : line.text;
        if (text.trim()) documents.push({ at: line.at, next: line.next, text });
      }
      yield documents;
    }
  }
  async function find(places: readonly number[]): Promise<Document[]> {
    if (places.length === 0) return [];
    // A packed file can be read from its start alone.
    const groups = isGzip(await open()) ? [places] : neighbours(places);
    const found: Document[] = [];
    for (const group of groups) found.push(...(await findByReading({ name, read }, group)));
    return found;
  }
  return { name, id, place, read, find };
}

/** Places in groups that lie so close together that one goes to the next by reading on. */
function neighbours(places: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const place of places) {
    const last = groups.at(-1);
    if (last && place - last.at(-1)! < LONGEST_TEXT) last.push(place);
    else groups.push([place]);
  }
  return groups;
}

/** Lines that follow each other without an empty one between them, at most 1 MiB together. */
async function* paragraphs(lines: AsyncIterable<readonly Line[]>): AsyncGenerator<Document[]> {
  let begun: Line[] = [];
  let length = 0;
  const end = (documents: Document[]) => {
    const [first] = begun;
    if (!first) return;
    documents.push({ at: first.at, next: begun.at(-1)!.next, text: joined(begun) });
    begun = [];
    length = 0;
  };
  for await (const some of lines) {
    const documents: Document[] = [];
    for (const line of some) {
      if (!line.text.trim()) {
        end(documents);
        continue;
      }
      if (length + line.text.length > LONGEST_TEXT) end(documents);
      begun.push(line);
      length += line.text.length;
    }
    if (documents.length > 0) yield documents;
  }
  const last: Document[] = [];
  end(last);
  yield last;
}

function joined(lines: readonly Line[]): string {
  const last = lines.length - 1;
  return lines.map(({ text, isCut }, i) => (isCut || i === last ? text : `${text}\n`)).join('');
}

function fieldOf({ text, at }: Line, field: string, name: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name}: the line at byte ${at} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const found = (value as Record<string, unknown> | null)?.[field];
  if (typeof found === 'string') return found;
  const there = Object.keys((value as object | null) ?? {}).join(', ');
  throw new Error(
    `${name}: the line at byte ${at} has no text in ${JSON.stringify(field)}; it has ${there || 'nothing'}`,
  );
}
