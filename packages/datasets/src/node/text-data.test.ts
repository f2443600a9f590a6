// FASTA and GLUE from files: packed or not, damaged or missing; and the real ones, where they lie beside the project.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DnaDataset,
  type FastaRecord,
  GLUE_TASKS,
  glueRowExamples,
  nucleotides,
  parquetBytes,
  parquetRows,
  parseFasta,
} from '../index.ts';
import { readFasta, readGlue } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchid-text-data-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function put(name: string, contents: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), contents);
  return join(folder, name);
}

async function all(path: string): Promise<FastaRecord[]> {
  const records = [];
  for await (const record of readFasta(path)) records.push(record);
  return records;
}

describe('readFasta', () => {
  const text = `>one\n${'ACGTacgtNN\n'.repeat(20_000)}>two\nTTTT\n`;

  it('reads plain and packed files alike', async () => {
    const shown = (records: readonly FastaRecord[]) =>
      records.map(({ id, sequence }) => `${id} ${Buffer.from(sequence).toString('latin1')}`);
    const wanted = shown(parseFasta(text));
    expect(shown(await all(await put('a.fa', text)))).toEqual(wanted);
    expect(shown(await all(await put('a.fa.gz', gzipSync(text))))).toEqual(wanted);
    expect(shown(await all(await put('named-otherwise', gzipSync(text))))).toEqual(wanted);
  });

  it('stops when nobody wants more', async () => {
    for await (const { id } of readFasta(await put('b.fa', text))) {
      expect(id).toBe('one');
      break;
    }
  });

  it('names the file that is none', async () => {
    await expect(all(join(folder, 'none.fa'))).rejects.toThrow(/FASTA file .*none\.fa: there is no such file/);
    await expect(all(folder)).rejects.toThrow(/FASTA file .*: EISDIR/);
    await expect(all(await put('empty.fa', ''))).rejects.toThrow(/empty\.fa: it is empty/);
    await expect(all(await put('text.fa', 'hello'))).rejects.toThrow(/text\.fa line 1 begins with "h"; want FASTA/);
    await expect(all(await put('cut.gz', gzipSync(text).subarray(0, 200)))).rejects.toThrow(
      /cut\.gz: it cannot be unpacked: unexpected end of file/,
    );
    const damaged = gzipSync(text);
    damaged.fill(0, 20, 120);
    await expect(all(await put('damaged.gz', damaged))).rejects.toThrow(/damaged\.gz: it cannot be unpacked/);
  });
});

describe('readGlue', () => {
  it('reads a split of a folder', async () => {
    await mkdir(join(folder, 'RTE'));
    await put('RTE/dev.tsv', 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n');
    expect((await readGlue(join(folder, 'RTE'), 'RTE', 'dev')).examples).toEqual([{ text: ['a', 'b'], label: 0 }]);
    await expect(readGlue(join(folder, 'RTE'), 'rte', 'train')).rejects.toThrow(
      /RTE.train\.tsv: there is no such file/,
    );
    await expect(readGlue(join(folder, 'RTE'), 'rte', 'best')).rejects.toThrow(
      'GLUE RTE: split is "best"; want train, dev, test',
    );
    await put('RTE/train.tsv', 'index\tsentence1\tsentence2\n0\ta\tb\n');
    await expect(readGlue(join(folder, 'RTE'), 'rte', 'train')).rejects.toThrow(
      /RTE.train\.tsv: there is no column "label"; it has index, sentence1, sentence2/,
    );
  });
});

describe('rows of Parquet files, as the hub has them', () => {
  const file = (label: string) =>
    parquetBytes(
      'mnli.parquet',
      parquetWriteBuffer({
        columnData: [
          { name: 'premise', data: ['a', 'b', 'c'], type: 'STRING' },
          { name: 'hypothesis', data: ['x', 'y', 'z'], type: 'STRING' },
          { name: label, data: [0n, 2n, -1n], type: 'INT64' },
          { name: 'idx', data: [0, 1, 2], type: 'INT32' },
        ],
      }),
    );

  it('become examples', async () => {
    expect(await glueRowExamples(GLUE_TASKS.mnli, parquetRows([file('label')]))).toEqual([
      { text: ['a', 'x'], label: 0 },
      { text: ['b', 'y'], label: 2 },
      { text: ['c', 'z'], label: null },
    ]);
  });

  it('with a wrong label column are refused', async () => {
    await expect(glueRowExamples(GLUE_TASKS.mnli, parquetRows([file('gold_label')]))).rejects.toThrow(
      'GLUE mnli row 0: there is no column "label"; it has premise, hypothesis, gold_label, idx',
    );
  });
});

const shared = fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const present = existsSync(shared);
if (!present) console.warn(`[shared] SKIPPED: ${shared} is not there; the real texts and genome are not read`);

describe.skipIf(!present)('[shared] the real ones', () => {
  it.each([
    ['CoLA', 'train', 8551],
    ['CoLA', 'dev', 1043],
    ['CoLA', 'test', 1063],
    ['SST-2', 'train', 67_349],
    ['SST-2', 'dev', 872],
    ['SST-2', 'test', 1821],
    ['RTE', 'train', 2490],
    ['RTE', 'dev', 277],
    ['RTE', 'test', 3000],
  ])('%s %s has %i examples', async (task, split, count) => {
    const { examples, malformed } = await readGlue(join(shared, 'glue', task), task, split);
    expect([examples.length, malformed.length]).toEqual([count, 0]);
    const labels = new Set(examples.map(({ label }) => label));
    expect(labels).toEqual(new Set(split === 'test' ? [null] : [0, 1]));
  });

  it('the genome of phage lambda has 48,502 nucleotides, about as many G and C as A and T', async () => {
    const [lambda, ...others] = await all(join(shared, 'genomics/lambda_virus.fa'));
    expect([lambda!.id, others.length, lambda!.sequence.length]).toEqual(['gi|9626243|ref|NC_001416.1|', 0, 48_502]);
    const data = new DnaDataset({ records: [nucleotides(lambda!)], length: 512, batchSize: 4, seed: 0 });
    expect(data.heldOutWindows).toBe(9);
    const { accuracy, loss } = data.unigramBaseline();
    expect(accuracy).toBeGreaterThan(0.2);
    expect(loss).toBeCloseTo(Math.log(4), 1);
  });
});
