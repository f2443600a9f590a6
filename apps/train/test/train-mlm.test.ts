// A masked-language run on a small text, and its masks filled from the checkpoint.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, orchid, testFolder } from './run-orchid.ts';
import { expectSameAnswer } from './same-answer.ts';

const folder = testFolder();
const sentence = 'the quick brown fox jumps over the lazy dog, and the dog sleeps on. ';
const train = ['train', 'mlm', '--preset', 'mlm-tiny', '--text', 'book.txt'];

describe('orchid train mlm', () => {
  let run: Outcome;
  beforeAll(async () => {
    writeFileSync(join(folder, 'book.txt'), sentence.repeat(20));
    writeFileSync(join(folder, 'other.txt'), 'the lazy fox sleeps over the brown dog. '.repeat(5));
    run = await orchid(folder, ...train, '--out', 'run', '--steps', '60', '--set', 'optimizer.learning_rate=1e-2');
  }, 60_000);

  it('prints the unigram baseline, and held-out loss and accuracy while it learns', () => {
    expect(run.errors).toBe('');
    expect(run.code).toBe(0);
    expect(run.output).toMatch(/data +\S*book\.txt: 1,088 tokens to learn from, vocabulary \d+ \(char\)/);
    expect(run.output).toMatch(/unigram +loss [\d.]+, accuracy [\d.]+ % on the held-out masks/);
    expect(run.output).toMatch(/step 60: held-out loss [\d.]+, accuracy [\d.]+ %/);
    const held = [...run.output.matchAll(/held-out loss ([\d.]+)/g)].map((match) => Number(match[1]));
    expect(held.at(-1)).toBeLessThan(held[0]!);
    expect(existsSync(join(folder, 'run/checkpoint/tokenizer.json'))).toBe(true);
  });

  it('predict fills masks, with probabilities', async () => {
    const { code, output } = await orchid(folder, 'predict', 'run', 'the qu[MASK]ck brown f[MASK]x', '--top', '3');
    expect(code).toBe(0);
    expect(output).toMatch(/^the qu.ck brown f.x\n\nmask 1 {2}("." [\d.]+ % *){3}\nmask 2 {2}/);
    const other = await orchid(
      folder,
      'predict',
      'run',
      '--mask',
      '_',
      'the qu_ck',
      '--context',
      'other.txt',
      '--json',
    );
    const result = JSON.parse(other.output);
    expect(result.contextTokens).toBe(32 - 9);
    expect(result.masks[0]).toHaveLength(5);
    expect(result.masks[0][0].probability).toBeGreaterThan(result.masks[0][1].probability);
  });

  it('predict answers as the pipeline does, and as a bare folder and an older run do', async () => {
    const argv = ['--mask', '_', 'the qu_ck [MASK]rown', '--context', 'other.txt'];
    await expectSameAnswer(folder, 'run', argv, async (pipeline) => {
      if (pipeline.task !== 'fill-mask') throw new Error(pipeline.task);
      const context = readFileSync(join(folder, 'other.txt'), 'utf8');
      const [answer] = await pipeline.run([pipeline.prepare({ text: 'the qu_ck [MASK]rown' }, { mask: '_', context })]);
      expect(answer!.masks).toHaveLength(2);
      return answer;
    });
  });

  it('predict says what is missing', async () => {
    expect((await orchid(folder, 'predict', 'run', 'no masks')).errors).toMatch(/there is no \[MASK\] in the text/);
    expect((await orchid(folder, 'predict', 'run')).errors).toMatch(/want a text with masks/);
    expect((await orchid(folder, 'predict', 'run', `_${'a'.repeat(40)}`, '--mask', '_')).errors).toMatch(
      /the text has 41 tokens; the model takes at most 32/,
    );
  });

  it('eval measures it on its own held-out text and on another', async () => {
    const own = JSON.parse((await orchid(folder, 'eval', 'run', '--json')).output);
    const last = [
      ...readFileSync(join(folder, 'run/metrics.jsonl'), 'utf8').matchAll(/"evaluation".*"loss":([\d.]+)/g),
    ].at(-1);
    expect(own.loss).toBeCloseTo(Number(last![1]), 4);
    const other = JSON.parse((await orchid(folder, 'eval', 'run', '--text', 'other.txt', '--json')).output);
    expect(other.windows).toBe(6);
    expect(other.unigramLoss).toBeGreaterThan(0);
  });

  it('eval measures it on another text also where the training text is gone, and says what is missing', async () => {
    renameSync(join(folder, 'book.txt'), join(folder, 'moved.txt'));
    try {
      const { output } = await orchid(folder, 'eval', 'run', '--text', 'other.txt', '--json');
      expect(JSON.parse(output)).toMatchObject({
        windows: 6,
        unigram: expect.stringMatching(/^not known without the training text \(.*book\.txt: there is no such file\)$/),
      });
      expect((await orchid(folder, 'eval', 'run')).errors).toMatch(/book\.txt: there is no such file/);
    } finally {
      renameSync(join(folder, 'moved.txt'), join(folder, 'book.txt'));
    }
  });

  it('learns from bytes, with a text of its own to evaluate on, and goes on', async () => {
    const bytes = [
      ...train,
      '--eval-text',
      'other.txt',
      '--set',
      'data.tokenizer=byte',
      '--out',
      'bytes',
      '--steps',
      '2',
    ];
    expect((await orchid(folder, ...bytes)).output).toMatch(/vocabulary 259 \(byte\)[\s\S]*held out +\S*other\.txt/);
    const more = await orchid(folder, 'train', 'mlm', '--resume', 'bytes', '--steps', '4');
    expect(more.errors).toBe('');
    expect(more.output).toMatch(/resumed +after step 2/);
  });
});
