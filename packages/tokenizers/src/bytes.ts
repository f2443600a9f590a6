// One token a byte of the UTF-8 text: a fixed vocabulary of 259 that knows every text in every script.
import { BaseTokenizer } from './base-tokenizer.ts';
import { checkId, checkText } from './checks.ts';
import { FIXED_SPECIAL, FIXED_SPECIAL_IDS, specialId, specialText } from './fixed-special.ts';
import { PieceList } from './piece-list.ts';
import type { PieceOptions, Pieces } from './pieces.ts';
import { SPECIAL_COUNT, SPECIAL_TOKENS } from './special-tokens.ts';
import type { DecodeOptions, TokenizerJSON } from './tokenizer.ts';

const VERSION = 1;
const BYTES = 256;

/** Byte-level tokenizer; ids 0, 1, 2 are `[PAD]`, `[UNK]`, `[MASK]`, and byte `b` is id `b + 3`. `[UNK]` never arises. */
export class ByteTokenizer extends BaseTokenizer {
  readonly type = 'byte';
  readonly specialTokens = SPECIAL_TOKENS;
  readonly specialIds = FIXED_SPECIAL_IDS;
  readonly vocabSize = BYTES + SPECIAL_COUNT;

  /** Reads what {@link toJSON} wrote. @throws Error naming the key that does not fit */
  static fromJSON(json: TokenizerJSON): ByteTokenizer {
    if (json.type !== 'byte') throw new Error(`ByteTokenizer: type is ${JSON.stringify(json.type)}; want "byte"`);
    if (json.version !== VERSION)
      throw new Error(`ByteTokenizer: version is ${json.version}; this program reads ${VERSION}`);
    return new ByteTokenizer();
  }

  /** Ids of the text's UTF-8 bytes, int32 [bytes]. A lone surrogate has no UTF-8 form and is read as U+FFFD. */
  pieces(text: string, options: PieceOptions = {}): Pieces {
    checkText('ByteTokenizer.encode', text);
    const list = new PieceList(options.offsets ?? false, text.length);
    for (const { token, start, end } of FIXED_SPECIAL.split(text, options.parseSpecial ?? false)) {
      if (token) {
        list.add(token.id, start, end);
        continue;
      }
      const part = text.slice(start, end);
      const bytes = new TextEncoder().encode(part);
      let at = 0;
      // Byte by byte beside the characters that they belong to.
      for (let i = 0; i < part.length; ) {
        const code = part.codePointAt(i)!;
        const units = code > 0xffff ? 2 : 1;
        const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code <= 0xffff ? 3 : 4;
        for (let b = 0; b < size; b++) list.add(bytes[at++]! + SPECIAL_COUNT, start + i, start + i + units);
        i += units;
      }
    }
    return list.done();
  }

  /** The text of ids; special tokens come out as their names, bytes that are not UTF-8 (a model may guess so) as U+FFFD. */
  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const bytes = new Uint8Array(ids.length);
    const parts: string[] = [];
    let count = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      checkId('ByteTokenizer.decode', id, i, this.vocabSize);
      const special = specialText(id);
      if (special === undefined) {
        bytes[count++] = id - SPECIAL_COUNT;
      } else if (!options.skipSpecial) {
        parts.push(decoder.decode(bytes.subarray(0, count)), special);
        count = 0;
      }
    }
    parts.push(decoder.decode(bytes.subarray(0, count)));
    return parts.join('');
  }

  /** A byte is written `<0x41>`. */
  tokenOf(id: number): string {
    checkId('ByteTokenizer.tokenOf', id, 0, this.vocabSize);
    return specialText(id) ?? `<0x${(id - SPECIAL_COUNT).toString(16).toUpperCase().padStart(2, '0')}>`;
  }

  idOf(token: string): number | undefined {
    const [, byte] = /^<0x([0-9A-F]{2})>$/.exec(token) ?? [];
    return specialId(token) ?? (byte === undefined ? undefined : Number.parseInt(byte, 16) + SPECIAL_COUNT);
  }

  toJSON(): TokenizerJSON {
    return { type: this.type, version: VERSION };
  }
}
