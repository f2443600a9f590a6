// MQAR, GLUE, pre-training and genomes from the first line to an answer, on data made here.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NucleotideRecord } from '@orchid-ml/datasets';
import { tokenizerFromJSON } from '@orchid-ml/tokenizers';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPreset } from '../src/config/presets.ts';
import type { DnaConfig } from '../src/config/text-schema.ts';
import { dna } from '../src/tasks/dna/kind.ts';
import { capture } from './capture.ts';
import { orchid, testFolder } from './run-orchid.ts';
import { expectSameAnswer } from './same-answer.ts';

const cwd = testFolder();
const fast = ['--backend', 'wasm', '--blas', 'off', '--workers', '1'];
const resultOf = (run: string) => JSON.parse(readFileSync(join(cwd, run, 'result.json'), 'utf8'));

const good = [
  'the cat sat on the mat',
  'a dog ran to the tree',
  'birds sing in the tall tree',
  'the sun is on the mat',
];
const bad = good.map((text) => text.split(' ').reverse().join(' '));

/** A folder of CoLA as GLUE hands it out: four columns, no header. */
function writeCola(folder: string, lines: (split: string) => string[]): void {
  mkdirSync(join(cwd, folder), { recursive: true });
  for (const split of ['train', 'dev'])
    writeFileSync(join(cwd, folder, `${split}.tsv`), `${lines(split).join('\n')}\n`);
}

const colaLines = (split: string) =>
  Array.from({ length: split === 'train' ? 32 : 8 }, (_, i) => {
    const text = (i % 2 ? good : bad)[(i >> 1) % 4]!;
    return `gj04\t${i % 2}\t\t${text}`;
  });

describe('orchid train mqar', { timeout: 180_000 }, () => {
  it('trains, is measured, and goes on', async () => {
    const { code, output } = await orchid(cwd, 'train', 'mqar', '--preset', 'mqar-tiny', '--out', 'mqar', ...fast);
    expect(code).toBe(0);
    expect(output).toMatch(/2 pairs and queries each, vocabulary 16/);
    expect(resultOf('mqar')).toMatchObject({ task: 'mqar', mixer: 'orchid', steps: 12, scoreName: 'accuracy' });
    const measured = await orchid(cwd, 'eval', 'mqar', '--sequences', '6', '--json', '--backend', 'wasm');
    expect(JSON.parse(measured.output)).toMatchObject({ task: 'mqar', sequences: 6, length: 16, chance: 0.125 });
    const resumed = await orchid(cwd, 'train', 'mqar', '--resume', 'mqar', '--steps', '14', ...fast);
    expect(resumed.code).toBe(0);
    expect(resultOf('mqar').steps).toBe(14);
    const asked = await orchid(cwd, 'predict', 'mqar');
    expect(asked.code).toBe(2);
    expect(asked.errors).toMatch(/`orchid eval` measures the model/);
  });
});

describe('orchid train glue', { timeout: 180_000 }, () => {
  const small = [
    '--set',
    'model.hidden_size=16',
    '--set',
    'model.num_attention_heads=2',
    '--set',
    'data.vocab_size=200',
  ];
  const cola = ['train', 'glue', '--preset', 'glue-cola', ...small, ...fast, '--set', 'training.evaluate_every=30'];
  beforeAll(() => writeCola('CoLA', colaLines));

  it('learns a task from scratch, judged by its own metric', async () => {
    const learn = ['--set', 'optimizer.learning_rate=1e-2', '--set', 'training.batch_size=8', '--steps', '60'];
    const { code, output } = await orchid(cwd, ...cola, ...learn, '--data', 'CoLA', '--out', 'cola');
    expect(code).toBe(0);
    expect(output).toMatch(/CoLA: 32 texts to learn from; wordpiece of \d+ tokens, learned from the text/);
    expect(output).toMatch(/judged by matthews and accuracy/);
    const { score, scoreName, evaluation } = resultOf('cola');
    expect(scoreName).toBe('matthews');
    // The held-out texts are among those learned: this is to see that it learns, not that it generalises.
    expect(score).toBe(1);
    expect(evaluation.accuracy).toBe(1);
    const measured = await orchid(cwd, 'eval', 'cola', '--json', '--backend', 'wasm');
    expect(JSON.parse(measured.output)).toMatchObject({ task: 'glue cola', texts: 8, matthews: 1, accuracy: 1 });
    const asked = await orchid(cwd, 'predict', 'cola', good[0]!, '--json', '--backend', 'wasm');
    expect(JSON.parse(asked.output).guesses[0].label).toBe('acceptable');
    await expectSameAnswer(cwd, 'cola', [bad[1]!], async (pipeline) => {
      if (pipeline.task !== 'text-classification') throw new Error(pipeline.task);
      expect(pipeline.preprocessor).toMatchObject({ texts: 1, pad_to_multiple_of: 16 });
      return (await pipeline.run([pipeline.prepare({ text: bad[1]! })]))[0];
    });
  });

  it('says which line, label, file, or text does not fit', async () => {
    writeCola('wrong-label', () => ['gj04\tyes\t\tthe cat']);
    writeCola('wrong-columns', () => ['gj04\t1\tthe cat']);
    const failures: [string[], RegExp][] = [
      [[...cola, '--data', 'wrong-label'], /wrong-label\/train\.tsv line 1: label is "yes"; want 0 \(unacceptable\)/],
      [[...cola, '--data', 'wrong-columns'], /wrong-columns\/train\.tsv.*line 1/],
      [[...cola, '--data', 'nowhere'], /nowhere\/train\.tsv/],
      [cola, /want --data DIR/],
      [[...cola, '--data', 'CoLA', '--from', './no/such/model'], /no folder .*such.model/],
      [['predict', 'cola', 'one', 'two', '--backend', 'wasm'], /CoLA is of one text, 2 given/],
      [['eval', 'cola', '--text', 'book.txt', '--backend', 'wasm'], /--text is for masked-language models/],
    ];
    for (const [argv, message] of failures) {
      const { code, errors } = await orchid(cwd, ...argv);
      expect(errors).toMatch(message);
      expect(code).not.toBe(0);
    }
  });
});

describe('orchid train bert', { timeout: 180_000 }, () => {
  it('pre-trains on a stream, fills masks, and another head goes on from it', async () => {
    const text = Array.from({ length: 60 }, (_, i) => `${good[i % 4]} ${bad[(i * 3) % 4]} ${good[(i * 5) % 4]}`).join(
      '\n\n',
    );
    writeFileSync(join(cwd, 'book.txt'), text);
    const tiny = [
      '--preset',
      'bert-tiny',
      '--set',
      'data.vocab_size=200',
      '--text',
      'book.txt',
      '--out',
      'bert',
      ...fast,
    ];
    const { code, output, errors } = await orchid(cwd, 'train', 'bert', ...tiny);
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(output).toMatch(/book\.txt, streamed; wordpiece of \d+ tokens, learned from the text/);
    const filled = await orchid(cwd, 'predict', 'bert', 'the cat [MASK] on the mat', '--json', '--backend', 'wasm');
    expect(JSON.parse(filled.output).masks[0]).toHaveLength(5);
    await expectSameAnswer(cwd, 'bert', ['the [MASK] sat'], async (pipeline) => {
      if (pipeline.task !== 'fill-mask') throw new Error(pipeline.task);
      const prepared = pipeline.prepare({ text: 'the [MASK] sat' });
      // As the windows of its training, which begin with [CLS] and have [SEP] behind a text.
      const tokenizer = tokenizerFromJSON(readFileSync(join(cwd, 'bert/checkpoint/tokenizer.json'), 'utf8'));
      const { cls, sep } = tokenizer.specialTokens;
      expect([prepared.ids[0], prepared.ids.at(-1), prepared.ids.length]).toEqual([cls, sep, 5]);
      return (await pipeline.run([prepared]))[0];
    });
    const measured = await orchid(cwd, 'eval', 'bert', '--json', '--backend', 'wasm');
    expect(JSON.parse(measured.output)).toMatchObject({ task: 'bert', length: 32, maskProbability: 0.15 });
    const resumed = await orchid(cwd, 'train', 'bert', '--resume', 'bert', '--steps', '14', ...fast);
    expect(resumed.code).toBe(0);
    expect(resultOf('bert').steps).toBe(14);

    writeCola('CoLA', colaLines);
    const from = ['train', 'glue', '--preset', 'glue-cola', '--data', 'CoLA', '--from', 'bert/checkpoint', ...fast];
    // There are 8 texts to evaluate on.
    const keys = ['--set', 'data.length=32', '--set', 'training.batch_size=16'];
    const tuned = await orchid(cwd, ...from, '--steps', '2', ...keys, '--out', 'tuned');
    expect(tuned.errors).toBe('');
    // It is the pretrained model that the run speaks of, not the preset's.
    expect(tuned.output).toMatch(/1 Orchid layers, width 16/);
    expect(tuned.output).toMatch(/pretrained .*bert\/checkpoint/);
    // A model's table may have more rows than its tokenizer has tokens.
    const tokenizerFile = join(cwd, 'tuned/checkpoint/tokenizer.json');
    const tokenizer = JSON.parse(readFileSync(tokenizerFile, 'utf8'));
    const last = Object.entries<number>(tokenizer.model.vocab).reduce((most, next) =>
      next[1] > most[1] ? next : most,
    );
    delete tokenizer.model.vocab[last[0]];
    writeFileSync(tokenizerFile, JSON.stringify(tokenizer));
    const scored = await orchid(cwd, 'eval', 'tuned', '--json', '--backend', 'wasm');
    expect(scored.errors).toBe('');
    expect(JSON.parse(scored.output)).toMatchObject({ task: 'glue cola', texts: 8 });
    const more = { ...tokenizer.model.vocab, one: last[1], two: last[1] + 1 };
    writeFileSync(tokenizerFile, JSON.stringify({ ...tokenizer, model: { ...tokenizer.model, vocab: more } }));
    const refused = await orchid(cwd, 'eval', 'tuned', '--json', '--backend', 'wasm');
    expect(refused.errors).toMatch(/tokenizer\.json is not this model's: the tokenizer has \d+ ids, the model's/);
    const long = await orchid(cwd, ...from, '--steps', '2', '--out', 'too-long');
    expect(long.errors).toMatch(/the pretrained model takes 32 tokens; the run's data\.length is 64/);
  });

  it('makes the same batches ahead in a thread', async () => {
    const tiny = [
      'train',
      'bert',
      '--preset',
      'bert-tiny',
      '--set',
      'data.vocab_size=200',
      // Dropout is the same ahead or not.
      '--set',
      'model.hidden_dropout_prob=0.1',
      '--text',
      'books',
      '--eval-text',
      'books/valid.txt',
      ...fast,
    ];
    mkdirSync(join(cwd, 'books'));
    for (const name of ['train', 'valid']) cpSync(join(cwd, 'book.txt'), join(cwd, 'books', `${name}.txt`));
    const lossesOf = async (name: string, prefetch: number) => {
      const run = [...tiny, '--set', `data.prefetch=${prefetch}`, '--steps', '3', '--out', name];
      const { code, output } = await orchid(cwd, ...run);
      expect(code).toBe(0);
      expect(output).toMatch(/left out +\S*books\/valid\.txt: evaluated on, and so not learned from/);
      const lines = readFileSync(join(cwd, name, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n');
      return lines.map((line) => JSON.parse(line).loss);
    };
    expect(await lossesOf('ahead', 3)).toEqual(await lossesOf('not-ahead', 0));
  });

  it('says what is missing', async () => {
    const without = await orchid(cwd, 'train', 'bert', '--preset', 'bert-tiny');
    expect(without.errors).toMatch(/want --text PATH/);
    const hub = await orchid(cwd, 'train', 'bert', '--preset', 'bert-tiny', '--text', 'hub:owner/name');
    expect(hub.errors).toMatch(/a text of the hub wants --tokenizer NAME/);
    expect(hub.code).toBe(2);
  });
});

describe('orchid train dna', { timeout: 180_000 }, () => {
  const small = ['--set', 'model.hidden_size=8', '--set', 'data.length=16', '--set', 'training.batch_size=2'];

  it('trains on a genome, is measured beside guessing, and tells what stands at a place', async () => {
    const genome = Array.from({ length: 12 }, (_, i) => ['ACGT', 'TTGA', 'CCAG'][i % 3]!.repeat(12)).join('\n');
    writeFileSync(join(cwd, 'genome.fa'), `>one\n${genome}\n>two\n${genome}\n`);
    const run = ['train', 'dna', '--data', 'genome.fa', ...small, ...fast, '--steps', '3', '--out', 'dna'];
    const { code, output } = await orchid(cwd, ...run, '--set', 'training.evaluate_every=3');
    expect(code).toBe(0);
    expect(output).toMatch(/genome\.fa: 1,152 nucleotides in 2 records/);
    const measured = await orchid(cwd, 'eval', 'dna', '--json', '--backend', 'wasm');
    expect(JSON.parse(measured.output)).toMatchObject({ task: 'dna', length: 16, unigramLoss: expect.any(Number) });
    const asked = await orchid(cwd, 'predict', 'dna', 'acg_acgt', '--mask', '_', '--json', '--backend', 'wasm');
    expect(JSON.parse(asked.output).filled).toMatch(/^ACG[ACGTN]ACGT$/);
    await expectSameAnswer(cwd, 'dna', ['acg_acgt', '--mask', '_'], async (pipeline) => {
      if (pipeline.task !== 'fill-mask') throw new Error(pipeline.task);
      return (await pipeline.run([pipeline.prepare({ text: 'acg_acgt' }, { mask: '_' })]))[0];
    });
    // Threads see the one genome.
    const preset = loadPreset('dna', 'dna', cwd) as DnaConfig;
    const config = { ...preset, data: { ...preset.data, length: 16 } };
    const sources = { data: join(cwd, 'genome.fa') };
    const opened = await dna.open(config, sources, { io: capture(cwd).io, tokenizer: null });
    const buffers = (opened.share as NucleotideRecord[]).map(({ nucleotides: { buffer } }) => buffer);
    expect(buffers.map((buffer) => [buffer instanceof SharedArrayBuffer, buffer.byteLength])).toEqual([
      [true, 576],
      [true, 576],
    ]);
    const wrong = await orchid(cwd, 'predict', 'dna', 'ACX_', '--mask', '_', '--backend', 'wasm');
    expect(wrong.errors).toMatch(/"X" is no nucleotide/);
  });
});
