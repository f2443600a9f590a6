// Documents in files too large for memory: read from any place on, one after the other, and found again by their place.

export interface Document {
  /** Where the document is in its file: a byte of the (unpacked) text, or a row. Ascending; never the same for two. */
  readonly at: number;
  /** Where the next one may be. */
  readonly next: number;
  readonly text: string;
}

export interface DocumentFile {
  /** What errors call it. */
  readonly name: string;
  /** Tells this file's contents from others in its place, on whatever machine; goes into saved states. */
  readonly id: string;
  /** Where it lies, whatever it is called by: two with the same are one file. Left out, it is a file like no other. */
  readonly place?: string;
  /** The documents at `at` and after, some at a time. @throws Error naming the file and the place that cannot be read */
  read(at: number): AsyncIterable<readonly Document[]>;
  /**
   * Documents that were read before.
   *
   * @param places of documents, ascending
   */
  find(places: readonly number[]): Promise<Document[]>;
}

/** {@link DocumentFile.find} by reading all from the first place to the last, for files that have to be read so. */
export async function findByReading(file: Pick<DocumentFile, 'name' | 'read'>, places: readonly number[]) {
  const found: Document[] = [];
  if (places.length === 0) return found;
  for await (const documents of file.read(places[0]!)) {
    for (const document of documents) {
      const wanted = places[found.length]!;
      if (document.at === wanted) found.push(document);
      else if (document.at > wanted) throw lost(file.name, wanted);
      if (found.length === places.length) return found;
    }
  }
  throw lost(file.name, places[found.length]!);
}

/** @returns what to throw when a document is no longer where it was */
export function lost(name: string, place: number): Error {
  return new Error(
    `${name}: there is no document at ${place} any more; the file has changed since the state was saved`,
  );
}
