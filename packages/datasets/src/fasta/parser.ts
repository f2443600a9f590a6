// FASTA, the format of sequences in biology: a line with > and a name, then lines of letters. Read chunk by chunk.

export interface FastaRecord {
  /** The first word after `>`. */
  readonly id: string;
  /** What follows it in the line. */
  readonly description: string;
  /** The letters as ASCII, case kept: lower case marks repeats (soft-masked). */
  readonly sequence: Uint8Array;
}

const GREATER = 0x3e;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Letters of the IUPAC codes, `-` for a gap and `*` for a stop. */
function isSequence(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d || byte === 0x2a;
}

/** Takes bytes as they come and gives records as they end. */
export class FastaParser {
  readonly #name: string;
  #line = 1;
  /** At the beginning of a line, in a header, or in letters. */
  #state: 'begin' | 'header' | 'letters' = 'begin';
  #header: number[] = [];
  #headerLine = 0;
  #open = false;
  #letters = new Uint8Array(1 << 12);
  #count = 0;
  #records = 0;

  /** @param name what errors call the text */
  constructor(name = 'FASTA') {
    this.#name = name;
  }

  /** The records that end within these bytes. @throws Error naming the line that is no FASTA */
  push(bytes: Uint8Array): FastaRecord[] {
    const done: FastaRecord[] = [];
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (byte === NEWLINE) {
        this.#line++;
        this.#state = 'begin';
        continue;
      }
      if (byte === RETURN) continue;
      if (this.#state === 'begin') {
        if (byte === GREATER) {
          const record = this.#close();
          if (record) done.push(record);
          this.#state = 'header';
          this.#header = [];
          this.#headerLine = this.#line;
          this.#open = true;
          continue;
        }
        if (!this.#open && byte !== 0x20) {
          const got =
            byte >= 0x20 && byte < 0x7f ? JSON.stringify(String.fromCharCode(byte)) : `byte 0x${byte.toString(16)}`;
          throw new Error(
            `${this.#name} line ${this.#line} begins with ${got}; want FASTA, which begins with > and a name`,
          );
        }
        this.#state = 'letters';
      }
      if (this.#state === 'header') {
        this.#header.push(byte);
        continue;
      }
      if (byte === 0x20 || byte === 0x09) continue;
      if (!isSequence(byte)) {
        const shown =
          byte > 0x20 && byte < 0x7f ? JSON.stringify(String.fromCharCode(byte)) : `byte 0x${byte.toString(16)}`;
        throw new Error(`${this.#name} line ${this.#line} has ${shown}; want letters, - or *`);
      }
      if (this.#count === this.#letters.length) this.#grow();
      this.#letters[this.#count++] = byte;
    }
    return done;
  }

  /** The last record. @throws Error when there is none at all */
  end(): FastaRecord[] {
    const record = this.#close();
    if (this.#records === 0)
      throw new Error(`${this.#name}: it has no records; want FASTA, which begins with > and a name`);
    return record ? [record] : [];
  }

  #grow(): void {
    const next = new Uint8Array(2 * this.#letters.length);
    next.set(this.#letters);
    this.#letters = next;
  }

  #close(): FastaRecord | null {
    if (!this.#open) return null;
    this.#open = false;
    const header = new TextDecoder().decode(Uint8Array.from(this.#header)).trim();
    const [id = ''] = header.split(/\s+/, 1);
    if (this.#count === 0)
      throw new Error(`${this.#name} line ${this.#headerLine}: record ${JSON.stringify(id)} has no letters`);
    const sequence = this.#letters.slice(0, this.#count);
    this.#count = 0;
    this.#records++;
    return { id, description: header.slice(id.length).trim(), sequence };
  }
}

/** The records of a text. @throws Error naming the line that is no FASTA */
export function parseFasta(text: string, name?: string): FastaRecord[] {
  const parser = new FastaParser(name);
  return [...parser.push(new TextEncoder().encode(text)), ...parser.end()];
}

/** The records of chunks of bytes, one at a time. @throws Error naming the line that is no FASTA */
export async function* fastaRecords(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name?: string,
): AsyncGenerator<FastaRecord> {
  const parser = new FastaParser(name);
  for await (const chunk of chunks) yield* parser.push(chunk);
  yield* parser.end();
}
