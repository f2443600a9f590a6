// Batches from a stream: the same from any saved state, what is held out never trained on, and a task that trains on them.
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ByteTokenizer } from '@orchid-ml/tokenizers';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DocumentFile, type MlmBatch, MlmStream, type MlmStreamOptions, Rng } from '../../index.ts';
import { openDocuments, openMlmHeldOut, openMlmStream } from './index.ts';

const tokenizer = new ByteTokenizer();
let folder: string;
let files: DocumentFile[];
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'orchid-stream-')));
  const rng = new Rng(0);
  const story = (i: number) => `${i}: ${'word '.repeat(1 + rng.integer(60))}`;
  const some = (from: number) => Array.from({ length: 100 }, (_, i) => story(from + i));
  const parquet = parquetWriteBuffer({
    columnData: [{ name: 'text', data: some(200), type: 'STRING' }],
    rowGroupSize: 30,
  });
  await writeFile(join(folder, 'a.txt'), some(0).join('\n\n'));
  await writeFile(
    join(folder, 'b.jsonl.gz'),
    gzipSync(
      some(100)
        .map((text) => JSON.stringify({ text }))
        .join('\n'),
    ),
  );
  await writeFile(join(folder, 'c.parquet'), new Uint8Array(parquet));
  files = await openDocuments([folder]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = (more: Partial<MlmStreamOptions> = {}) =>
  MlmStream.open({ files, tokenizer, length: 32, batchSize: 4, seed: 1, buffer: 50, heldOutWindows: 20, ...more });

async function take(stream: MlmStream, count: number): Promise<MlmBatch[]> {
  const batches: MlmBatch[] = [];
  while (batches.length < count) batches.push(await stream.trainBatch());
  return batches;
}

/** The batch before masking. */
function original({ ids, labels }: MlmBatch): string {
  return tokenizer.decode(ids.map((id, i) => (labels[i]! >= 0 ? labels[i]! : id)));
}

describe('MlmStream', () => {
  it('gives whole batches of text, masked as asked, other ones each epoch', async () => {
    const stream = await open({ maskProbability: 0.3 });
    const batches = await take(stream, 400);
    const positions = batches.reduce((sum, { maskedPositions }) => sum + maskedPositions.length, 0);
    expect(positions / (400 * 4 * 32)).toBeCloseTo(0.3, 2);
    for (const { ids, labels, batch, length } of batches) {
      expect([ids.length, labels.length, batch, length]).toEqual([128, 128, 4, 32]);
    }
    expect(original(batches[0]!)).toMatch(/\d+: word word/);
    expect(stream.state.documents.epoch).toBeGreaterThan(0);
    expect(stream.state.batches).toBe(400);
  });

  it('goes on from any state as if it had not stopped', async () => {
    const whole = await take(await open(), 70);
    for (const done of [0, 1, 15, 16, 17, 63, 69]) {
      const first = await open();
      await take(first, done);
      const state = JSON.parse(JSON.stringify(first.state));
      const second = await open();
      second.state = state;
      expect(second.state).toEqual(state);
      expect(await take(second, 70 - done)).toEqual(whole.slice(done));
      // Back again, in a stream that has run.
      second.state = state;
      expect((await second.trainBatch()).ids).toEqual(whole[done]!.ids);
    }
  });

  it('has a state that is small, whatever the documents are', async () => {
    const stream = await open({ buffer: 1000 });
    await take(stream, 40);
    expect(JSON.stringify(stream.state).length).toBeLessThan(8000);
  });

  it('never trains on what it is evaluated on', async () => {
    const stream = await open({ heldOutWindows: 30 });
    const held = [...stream.evalBatches()];
    expect(held.reduce((sum, { batch }) => sum + batch, 0)).toBe(30);
    expect([...stream.evalBatches()]).toEqual(held);
    const stories = (batches: readonly MlmBatch[]) =>
      new Set(
        [
          ...batches
            .map(original)
            .join('')
            .matchAll(/\n(\d+): /g),
        ].map(([, number]) => number),
      );
    const seen = stories(await take(stream, 900));
    const kept = stories(held);
    expect(kept.size).toBeGreaterThan(3);
    expect(seen.size).toBeGreaterThan(250);
    for (const number of kept) expect(seen.has(number)).toBe(false);
  });

  it('takes files of their own to evaluate on', async () => {
    const [a, ...others] = files;
    const stream = await open({ files: others, heldOut: [a!], heldOutWindows: 5 });
    expect(original([...stream.evalBatches()][0]!)).toMatch(/^0: word/);
    await expect(open({ files: [a!], heldOutWindows: 10_000 })).rejects.toThrow(
      'stream: the first 10000 windows, to evaluate on, are all the text there is',
    );
  });

  it('leaves out files that it is evaluated on, by whatever name they are called', async () => {
    const held = join(folder, '.', 'a.txt');
    const link = join(folder, 'link-to-a.txt');
    await symlink(held, link);
    const recipe = { length: 32, batchSize: 4, seed: 1, heldOutWindows: 5 };
    const stream = await openMlmStream({ ...recipe, text: { paths: [folder] }, heldOut: { paths: [link] } }, tokenizer);
    await rm(link);
    expect(stream.leftOut).toEqual([held, link]);
    const stories = [
      ...(await take(stream, 300))
        .map(original)
        .join('')
        .matchAll(/\n(\d+): /g),
    ].map(([, n]) => Number(n));
    expect(Math.min(...stories)).toBe(100);
    expect((await open()).leftOut).toEqual([]);
    const text = { paths: [held] };
    await expect(openMlmStream({ ...recipe, text, heldOut: { paths: [folder] } }, tokenizer)).rejects.toThrow(
      `stream: the files to learn from (${held}) are all in heldOut, to be evaluated on`,
    );
    // To be measured on what was learned from is another matter.
    const measured = await openMlmHeldOut({ ...recipe, text, heldOut: text }, tokenizer);
    expect(measured.heldOutWindows).toBe(5);
    expect((await openMlmHeldOut({ ...recipe, text }, tokenizer)).heldOutIds).toEqual(measured.heldOutIds);
  });

  it('refuses what does not fit', async () => {
    await expect(open({ files: [] })).rejects.toThrow('there are no files');
    await expect(open({ length: 0 })).rejects.toThrow('length is 0');
    await expect(open({ heldOutWindows: 0 })).rejects.toThrow('heldOutWindows is 0');
    await expect(open({ maskProbability: 2 })).rejects.toThrow('maskProbability is 2');
    const stream = await open();
    const { state } = await open({ files: files.slice(1) });
    expect(() => {
      stream.state = state;
    }).toThrow('stream: the state is of other files (2:');
    expect(() => {
      stream.state = { a: 1 } as unknown as typeof state;
    }).toThrow('stream: the state is {"a":1}; want one that a stream has given');
  });

  it('tries the same batch again after a failure', async () => {
    let pieces = 0;
    const wrapped = files.map((file) => ({
      ...file,
      async *read(at: number) {
        for await (const documents of file.read(at)) {
          if ([4, 5, 7].includes(++pieces)) throw new Error('the disk is gone');
          yield documents;
        }
      },
    }));
    const stream = await open({ files: wrapped });
    const batches: MlmBatch[] = [];
    let failures = 0;
    while (batches.length < 250) {
      await stream.trainBatch().then(
        (batch) => batches.push(batch),
        (error: Error) => {
          expect(error.message).toBe('the disk is gone');
          failures++;
        },
      );
    }
    expect(failures).toBe(3);
    expect(batches.map(original)).toEqual((await take(await open(), 250)).map(original));
  });
});
