// One token a byte of the UTF-8 text: a fixed vocabulary of 259 that knows every text in every script.
import {
  checkId,
  checkText,
  concatIds,
  type EncodeOptions,
  SPECIAL_COUNT,
  SPECIAL_TOKENS,
  specialText,
  splitSpecial,
  type Tokenizer,
  type TokenizerJSON,
} from './tokenizer.ts';

const VERSION = 1;
const BYTES = 256;

/** Byte-level tokenizer; ids 0, 1, 2 are `[PAD]`, `[UNK]`, `[MASK]`, and byte `b` is id `b + 3`. `[UNK]` never arises. */
export class ByteTokenizer implements Tokenizer {
  readonly type = 'byte';
  readonly specialTokens = SPECIAL_TOKENS;
  readonly vocabSize = BYTES + SPECIAL_COUNT;

  /** Reads what {@link toJSON} wrote. @throws Error naming the key that does not fit */
  static fromJSON(json: TokenizerJSON): ByteTokenizer {
    if (json.type !== 'byte') throw new Error(`ByteTokenizer: type is ${JSON.stringify(json.type)}; want "byte"`);
    if (json.version !== VERSION)
      throw new Error(`ByteTokenizer: version is ${json.version}; this program reads ${VERSION}`);
    return new ByteTokenizer();
  }

  /** Ids of the text's UTF-8 bytes, int32 [bytes]. A lone surrogate has no UTF-8 form and is read as U+FFFD. */
  encode(text: string, options: EncodeOptions = {}): Int32Array {
    checkText('ByteTokenizer.encode', text);
    if (!options.parseSpecial) return encodePlain(text);
    return concatIds(
      splitSpecial(text).map((part) => (typeof part === 'number' ? Int32Array.of(part) : encodePlain(part))),
    );
  }

  /** The text of ids; special tokens come out as their names, bytes that are not UTF-8 (a model may guess so) as U+FFFD. */
  decode(ids: ArrayLike<number>): string {
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
      } else {
        parts.push(decoder.decode(bytes.subarray(0, count)), special);
        count = 0;
      }
    }
    parts.push(decoder.decode(bytes.subarray(0, count)));
    return parts.join('');
  }

  toJSON(): TokenizerJSON {
    return { type: this.type, version: VERSION };
  }
}

function encodePlain(text: string): Int32Array {
  return Int32Array.from(new TextEncoder().encode(text), (byte) => byte + SPECIAL_COUNT);
}
