// FASTA and windows over nucleotides.
export { DnaDataset, type DnaOptions } from './dataset.ts';
export {
  DNA_LETTERS,
  DNA_UNKNOWN,
  DNA_VOCAB_SIZE,
  DNA_VOCABULARY,
  type NucleotideRecord,
  nucleotides,
  reverseComplement,
  SOFT_MASKED,
} from './nucleotides.ts';
export { FastaParser, type FastaRecord, fastaRecords, parseFasta } from './parser.ts';
