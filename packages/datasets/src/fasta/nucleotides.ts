// Nucleotides as token ids: those of a tokenizer of characters that was made for the letters A, C, G, T and N.
import { SPECIAL_COUNT, SPECIAL_TOKENS } from '@orchid-ml/tokenizers';
import type { FastaRecord } from './parser.ts';

/** In the order of their ids: `new CharTokenizer(DNA_LETTERS)` is the tokenizer of these ids. */
export const DNA_LETTERS = ['A', 'C', 'G', 'T', 'N'] as const;

/** Ids 0, 1, 2 are `[PAD]`, `[UNK]`, `[MASK]`. */
export const DNA_VOCAB_SIZE = SPECIAL_COUNT + DNA_LETTERS.length;

/** The id of N, which stands for any nucleotide: it is seen, but neither asked for nor drawn. */
export const DNA_UNKNOWN = SPECIAL_COUNT + 4;

/** What {@link OrdinaryIds} needs of the tokenizer, N taken for special. */
export const DNA_VOCABULARY = {
  vocabSize: DNA_VOCAB_SIZE,
  specialTokens: SPECIAL_TOKENS,
  specialIds: [...Object.values(SPECIAL_TOKENS), DNA_UNKNOWN],
} as const;

/** Set in a byte of {@link NucleotideRecord} beside the id where the letter was in lower case. */
export const SOFT_MASKED = 0x80;

export interface NucleotideRecord {
  readonly id: string;
  /** uint8: token ids, with {@link SOFT_MASKED} where the letter was in lower case */
  readonly nucleotides: Uint8Array;
}

/** By ASCII code in upper case; 0 for what is no nucleotide. U is T, as in RNA; two or more possibilities are N. */
const IDS = (() => {
  const ids = new Uint8Array(128);
  for (const [i, letter] of DNA_LETTERS.entries()) ids[letter.charCodeAt(0)] = SPECIAL_COUNT + i;
  ids[0x55] = ids[0x54]!;
  for (const letter of 'RYSWKMBDHV') ids[letter.charCodeAt(0)] = DNA_UNKNOWN;
  return ids;
})();

/** @throws Error naming the record and the place of a letter that is no nucleotide */
export function nucleotides({ id, sequence }: FastaRecord): NucleotideRecord {
  const out = new Uint8Array(sequence.length);
  for (let i = 0; i < sequence.length; i++) {
    const byte = sequence[i]!;
    const token = IDS[byte & 0x5f]! * Number(byte >= 0x41);
    if (token === 0) {
      const letter = JSON.stringify(String.fromCharCode(byte));
      throw new Error(
        `record ${id}: letter ${i + 1} is ${letter}; want a nucleotide (A C G T U N or an IUPAC code of several)`,
      );
    }
    out[i] = byte >= 0x61 ? token | SOFT_MASKED : token;
  }
  return { id, nucleotides: out };
}

const COMPLEMENT = Uint8Array.from({ length: DNA_VOCAB_SIZE }, (_, id) =>
  id >= SPECIAL_COUNT && id < DNA_UNKNOWN ? SPECIAL_COUNT + 3 - (id - SPECIAL_COUNT) : id,
);

/** Turns a window round in place: what the other strand reads there. */
export function reverseComplement(window: Uint8Array): void {
  window.reverse();
  for (let i = 0; i < window.length; i++) {
    const byte = window[i]!;
    window[i] = COMPLEMENT[byte & ~SOFT_MASKED]! | (byte & SOFT_MASKED);
  }
}
