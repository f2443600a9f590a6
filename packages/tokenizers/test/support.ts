// A small corpus, tokenizers whose vocabularies are learned from it, and the library that they are compared with.
import { Tokenizer as Library } from '@huggingface/tokenizers';
import type { Tokenizer } from '../src/index.ts';
import { trainBpe, trainWordPiece } from '../src/index.ts';

export const CORPUS: readonly string[] = [
  'The orchid family is one of the two largest families of flowering plants.',
  'An orchid flowers where others wither; its flowering lasts for weeks, sometimes months.',
  "Its growers don't water it daily: they'd rather weigh the pot, and so should you. That's all!",
  'Orchids, the growers say, "want light, air & water" - in that order (and 60% humidity at 20 °C).',
  'Schöne Orchideen blühen über Monate; Θ σοφός said so, and the naïve café-owner agreed.',
  'Longer sequences, longer convolutions: sequence length 1024, 2048, 4096 and 8192.',
];

export const wordPiece = await trainWordPiece(CORPUS, { vocabSize: 260, minFrequency: 1 });
export const bpe = await trainBpe(CORPUS, {
  vocabSize: 420,
  minFrequency: 1,
  special: ['<|endoftext|>', '[PAD]', '[CLS]', '[SEP]', '[MASK]'],
});

/** Hugging Face's own tokenizer of the same tokenizer.json. */
export function library(tokenizer: Tokenizer): Library {
  return new Library(JSON.parse(JSON.stringify(tokenizer)), {});
}

/** The stretches of text that tokens say they come from. */
export function slices(tokenizer: Tokenizer, text: string): string[] {
  const { ids, offsets } = tokenizer.pieces(text, { offsets: true });
  return Array.from(ids, (_, i) => text.slice(offsets![2 * i], offsets![2 * i + 1]));
}
