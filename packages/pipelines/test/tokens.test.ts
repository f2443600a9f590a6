// Recall and masks: what is read of what was typed, and what is said of what does not fit.
import { createModel } from '@orchid-ml/orchid-models';
import { CharTokenizer, trainWordPiece } from '@orchid-ml/tokenizers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createPipeline,
  drawRecallSequence,
  type FillMaskPipeline,
  type Preprocessor,
  type RecallPipeline,
  recallText,
} from '../src/index.ts';
import { expectRefused, startEngine, tiny } from './support.ts';

beforeAll(startEngine);

describe('recall', () => {
  const make = (preprocessor: Preprocessor | null = null) => {
    const model = createModel({ model_type: 'orchid-recall', ...tiny, vocab_size: 10, max_position_embeddings: 12 });
    return createPipeline(model, { tokenizer: null, preprocessor }) as RecallPipeline;
  };

  it('repeats the pairs up to the length of the training, with one . for an odd one', () => {
    const at = (length: number) => {
      const pipeline = make({ task: 'recall', length });
      const { ids } = pipeline.prepare({ sequence: 'k1 v2, k0 v0 => k1' });
      pipeline.dispose();
      return recallText(ids, 10);
    };
    expect(at(6)).toBe('k1 v2 k0 v0 => k1');
    expect(at(9)).toBe('. k0 v0 k1 v2 k0 v0 => k1');
    expect(at(12)).toBe('k0 v0 k1 v2 k0 v0 k1 v2 k0 v0 => k1');
  });

  it('takes the longest that the model takes for the length, where no file says it', async () => {
    const pipeline = make();
    const prepared = pipeline.prepare({ sequence: '0 5 => 0' });
    expect([prepared.positions, prepared.bucket, prepared.expected]).toEqual([12, '12', 5]);
    const [answer] = await pipeline.run([prepared]);
    expect(answer).toMatchObject({ expected: 'v1', right: answer!.answer === 'v1' });
    expect(answer!.guesses).toHaveLength(5);
    expect(Object.keys(answer!.guesses[0]!)).toEqual(['token', 'id', 'probability']);
    pipeline.dispose();
  });

  it('reads a sequence drawn at random as it was drawn', () => {
    const pipeline = make({ task: 'recall', length: 11 });
    const drawn = drawRecallSequence(10, 11, 7);
    expect(drawn.split(' ')).toHaveLength(11);
    expect(recallText(pipeline.prepare({ sequence: drawn }).ids, 10)).toBe(drawn);
    expect(drawRecallSequence(10, 11, 7)).toBe(drawn);
    pipeline.dispose();
  });

  it.each([
    ['k9 v1 => k9', /token 1 is k9; the model knows the keys k0 to k3 and the values v0 to v3/],
    ['k0 v1 => k1', /the query is 1; want a key that occurred.*An example: k3 v5/],
    ['k0 v1 k0', /there is no =>/],
    ['', /there is no =>/],
    ['hello => k1', /token 1 is "hello"/],
    [`${'x'.repeat(70)} => k1`, /token 1 is "x{57}\.\.\."; want/],
    [`k${'9'.repeat(70)} => k1`, /token 1 is k9{56}\.\.\.; the model/],
    [`${'k0 v1 '.repeat(8)}=> k0`, /the sequence has 18 tokens; the model takes at most 12/],
    [undefined, /^sequence is missing; want a text/],
    [7, /^sequence is 7; want a text/],
  ])('refuses %j', (sequence, message) => {
    const pipeline = make();
    expectRefused(() => pipeline.prepare({ sequence: sequence as string }), 'sequence', message);
    pipeline.dispose();
  });
});

describe('fill-mask', () => {
  const tokenizer = new CharTokenizer([...'abcdefghijklmnopqrstuvwxyz [].']);
  const make = (preprocessor: Preprocessor | null = null) => {
    const keys = { model_type: 'orchid-masked-lm', ...tiny, vocab_size: 40, max_position_embeddings: 20 } as const;
    return createPipeline(createModel(keys), { tokenizer, preprocessor }) as FillMaskPipeline;
  };

  it('fills every mask with its likeliest, and offers neither special tokens nor rows that no token has', async () => {
    const pipeline = make();
    const [answer] = await pipeline.run([pipeline.prepare({ text: '[MASK]he c[MASK]t' }, { top: 40 })]);
    expect(answer!.masks).toHaveLength(2);
    for (const guesses of answer!.masks) {
      expect(guesses).toHaveLength(tokenizer.vocabSize - 3);
      expect(guesses.map(({ id }) => id).sort((a, b) => a - b)).toEqual(guesses.map((_, i) => i + 3));
      expect(guesses.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
      for (const [i, { probability }] of guesses.entries())
        expect(probability).toBeLessThanOrEqual(guesses[i - 1]?.probability ?? 1);
    }
    expect(answer!.filled).toBe(`${answer!.masks[0]![0]!.token}he c${answer!.masks[1]![0]!.token}t`);
    expect(answer!.contextTokens).toBe(0);
    pipeline.dispose();
  });

  it('takes another mark, beside which [MASK] is one still', async () => {
    const pipeline = make();
    const masks = (text: string, mask?: string) => pipeline.prepare({ text }, mask === undefined ? {} : { mask }).masks;
    expect(masks('a_b[MASK]c', '_')).toEqual([1, 3]);
    expect(masks('a[[MASK]b', '[[MASK]')).toEqual([1]);
    expect(masks('a.*b.*', '.*')).toEqual([1, 3]);
    expect(masks('[MASK]')).toEqual([0]);
    pipeline.dispose();
  });

  it('puts as much of the end of a context before the text as makes a window', async () => {
    const context = 'the quick brown fox jumps';
    const window = (size: number) => make({ task: 'fill-mask', window: size, add_special_tokens: false });
    for (const [size, kept] of [
      [12, 7],
      [5, 0],
      [3, 0],
      // No window is longer than the model.
      [64, 15],
    ] as const) {
      const pipeline = window(size);
      const prepared = pipeline.prepare({ text: 'a[MASK]bcd' }, { context });
      expect([prepared.contextTokens, prepared.positions]).toEqual([kept, kept + 5]);
      expect(tokenizer.decode(prepared.ids)).toBe(`${kept === 0 ? '' : context.slice(-kept)}a[MASK]bcd`);
      const [answer] = await pipeline.run([prepared]);
      expect(answer!.filled).toMatch(/^a.bcd$/);
      expect(answer!.contextTokens).toBe(kept);
      pipeline.dispose();
    }
  });

  it('embeds texts without masks, where that is said, but does not fill them', async () => {
    const pipeline = make();
    const prepared = pipeline.prepare({ text: 'hello' }, { requireMask: false });
    expect(await pipeline.embed([prepared])).toHaveLength(1);
    await expect(pipeline.run([prepared])).rejects.toThrow(/an input has no mask .* for embed/);
    expectRefused(() => pipeline.prepare({ text: '' }, { requireMask: false }), 'text', /the text is empty/);
    pipeline.dispose();
  });

  it.each([
    [{ text: 'no masks' }, {}, 'text', /there is no \[MASK\] in the text/],
    [{ text: `_${'a'.repeat(40)}` }, { mask: '_' }, 'text', /the text has 41 tokens; the model takes at most 20/],
    [{ text: 'a_b' }, { mask: '' }, 'mask', /mask is empty/],
    [{ text: 'a_b' }, { mask: 3 }, 'mask', /mask is 3; want a text/],
    [{}, {}, 'text', /text is missing; want a text/],
    [{ text: ['a'] }, {}, 'text', /text is a list; want a text/],
    [{ text: '[MASK]' }, { context: 5 }, 'context', /context is 5; want a text/],
  ])('refuses %j with %j', (input, options, field, message) => {
    const pipeline = make();
    expectRefused(() => pipeline.prepare(input as { text: string }, options as object), field, message);
    pipeline.dispose();
  });

  it('reads masks of words, and puts special tokens round a text where that is asked for', async () => {
    const words = await trainWordPiece(['the cat sat on the mat'], { vocabSize: 80, minFrequency: 1 });
    const model = createModel({ model_type: 'orchid-bert', ...tiny, vocab_size: words.vocabSize, mlp_blocks: 2 });
    const preprocessor = { task: 'fill-mask', window: 16, add_special_tokens: true } as const;
    const plain = createPipeline(model, { tokenizer: words, preprocessor: null }) as FillMaskPipeline;
    const round = createPipeline(model, { tokenizer: words, preprocessor }) as FillMaskPipeline;
    const { cls, sep, mask } = words.specialTokens;
    const own = [...words.encode('the'), mask, ...words.encode('sat')];
    expect([...plain.prepare({ text: 'the [MASK] sat' }).ids]).toEqual(own);
    const prepared = round.prepare({ text: 'the [MASK] sat' }, { context: 'on the mat' });
    expect([...prepared.ids]).toEqual([cls, ...words.encode('on the mat'), ...own, sep]);
    expect(prepared.contextTokens).toBe(words.encode('on the mat').length);
    const [answer] = await round.run([prepared]);
    expect(answer!.filled).toMatch(/^the .*sat$/);
    expect(answer!.filled).not.toMatch(/\[(CLS|SEP)\]/);
    plain.dispose();
  });

  it('reads DNA in either case, and says which letter is none', () => {
    const model = createModel({ model_type: 'orchid-dna', ...tiny, max_position_embeddings: 16 });
    const pipeline = createPipeline(model, { tokenizer: null, preprocessor: null }) as FillMaskPipeline;
    expect([...pipeline.prepare({ text: 'acNx' }, { mask: 'X' }).ids]).toEqual([3, 4, 7, 2]);
    expectRefused(() => pipeline.prepare({ text: 'AC😀_' }, { mask: '_' }), 'text', /"😀" is no nucleotide; want A, C/);
    expectRefused(
      () => pipeline.prepare({ text: 'AC_' }, { mask: '_', context: 'ACGU' }),
      'context',
      /"U" is no nucleotide/,
    );
    pipeline.dispose();
  });
});
