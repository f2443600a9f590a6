// Tokens that others made: 10,570 questions of SQuAD by BERT's tokenizer, and a passage by GPT-2's, when they lie beside the project.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tokenizerFromFiles, type WordPieceTokenizer } from '../src/index.ts';
import { loadTokenizer } from '../src/node/index.ts';

const FOLDER = new URL('../../../../shared/data/tokenizers/', import.meta.url);
const present = existsSync(FOLDER);
if (!present)
  console.warn(`[shared] SKIPPED: ${FOLDER.pathname} is not there; BERT's and GPT-2's tokens are not checked`);

const text = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
const json = (name: string) => JSON.parse(text(name));

describe.skipIf(!present)('[shared] BERT, uncased', () => {
  it.each(['tokenizer.json', 'vocab.txt'])('of %s: basic tokens, wordpieces and ids of 10,570 questions', (file) => {
    const tokenizer = tokenizerFromFiles({ [file]: text(`bert-base-uncased/${file}`) }) as WordPieceTokenizer;
    const questions = json('bert-base-uncased/question_tokens.json');
    const basic = json('bert-base-uncased/basic_tokenized_questions.json');
    const ids = json('bert-base-uncased/tokenized_questions.json');
    expect(questions).toHaveLength(10_570);
    const same = (left: Iterable<unknown>, right: Iterable<unknown>) => [...left].join(' ') === [...right].join(' ');
    let equal = 0;
    const misplaced: string[] = [];
    questions.forEach((question: { original: string; basic: string[]; wordpiece: string[] }, i: number) => {
      const pieces = tokenizer.pieces(question.original, { offsets: true });
      const names = Array.from(pieces.ids, (id) => tokenizer.tokenOf(id));
      const words = tokenizer.words(question.original);
      if (
        same(words, question.basic) &&
        same(words, basic[i]) &&
        same(names, question.wordpiece) &&
        same(pieces.ids, ids[i]) &&
        same(tokenizer.encode(question.original), ids[i])
      )
        equal++;
      // A wordpiece is its stretch of the text, in lower case and without accents, unless it is unknown.
      names.forEach((name, k) => {
        const slice = question.original.slice(pieces.offsets![2 * k], pieces.offsets![2 * k + 1]);
        const plain = slice
          .normalize('NFD')
          .replace(/\p{Mn}/gu, '')
          .toLowerCase();
        if (name !== '[UNK]' && plain !== name.replace(/^##(?=.)/, '')) misplaced.push(`${name}: ${slice}`);
      });
    });
    expect(misplaced).toEqual([]);
    expect(equal).toBe(10_570);
  });

  it('knows its special tokens, and puts [CLS] and [SEP] round a pair', async () => {
    const tokenizer = await loadTokenizer(fileURLToPath(new URL('bert-base-uncased', FOLDER)));
    expect(tokenizer.vocabSize).toBe(30_522);
    expect(tokenizer.specialTokens).toEqual({ pad: 0, unk: 100, cls: 101, sep: 102, mask: 103 });
    expect(tokenizer.specialIds).toEqual([0, 100, 101, 102, 103]);
    const { ids, typeIds } = tokenizer.encodeText(['hello world', 'hello']);
    expect([...ids]).toEqual([101, 7592, 2088, 102, 7592, 102]);
    expect([...typeIds]).toEqual([0, 0, 0, 0, 1, 1]);
  });
});

describe.skipIf(!present)('[shared] GPT-2', () => {
  it('the ids and tokens of its passage, and the passage of its ids', () => {
    const tokenizer = tokenizerFromFiles({
      'vocab.json': text('gpt2/gpt2-vocab.json'),
      'merges.txt': text('gpt2/gpt2-merges.txt'),
    });
    const passage = json('gpt2/encoded_tokens.json');
    expect(passage.token_ids).toHaveLength(221);
    const ids = tokenizer.encode(passage.text);
    expect([...ids]).toEqual(passage.token_ids);
    expect(Array.from(ids, (id) => tokenizer.tokenOf(id))).toEqual(passage.bpe_tokens);
    expect(tokenizer.decode(ids)).toBe(passage.text);
    expect([tokenizer.vocabSize, tokenizer.specialTokens.eos]).toEqual([50_257, 50_256]);
  });
});
