// The known texts, from a hub on this machine that has files by the names that the real one has.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ByteTokenizer } from '@orchid-ml/tokenizers';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubServer } from '../../../hub/test/hub-server.ts';
import { openMlmStream } from '../node/index.ts';
import { c4, corpusFiles, wikitext2, wikitext103 } from './index.ts';

let cacheDir: string;
beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'orchid-corpora-'));
});
afterAll(() => rm(cacheDir, { recursive: true, force: true }));

const article = Array.from({ length: 200 }, (_, i) => (i % 3 ? ` Line ${i} of an article , tokenised .\n` : ''));
const parquet = () =>
  new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'text', data: article, type: 'STRING' }] }));
const json = () =>
  gzipSync(
    article
      .filter(Boolean)
      .map((text) => JSON.stringify({ text, url: 'x' }))
      .join('\n'),
  );

describe.each([
  [
    wikitext2(),
    'wikitext-2-raw-v1/train-00000-of-00001.parquet',
    'wikitext-2-raw-v1/validation-00000-of-00001.parquet',
  ],
  [
    wikitext103(),
    'wikitext-103-raw-v1/train-00001-of-00002.parquet',
    'wikitext-103-raw-v1/validation-00000-of-00001.parquet',
  ],
  [c4(), 'en/c4-train.00003-of-01024.json.gz', 'en/c4-validation.00000-of-00008.json.gz'],
])('%o', (corpus, train, validation) => {
  it('streams', async () => {
    const server = await new HubServer(corpus.repo, 'dataset').start();
    const bytes = train.endsWith('.parquet') ? parquet() : json();
    server.add(train, bytes, { lfs: true }).add(validation, bytes, { lfs: true }).add('README.md', '# about');
    try {
      const hub = { endpoint: server.endpoint, cacheDir };
      const recipe = {
        text: { ...corpusFiles(corpus, 'train'), ...hub },
        heldOut: { ...corpusFiles(corpus, 'validation'), ...hub },
        ...{ length: 64, batchSize: 2, seed: 0, heldOutWindows: 10 },
      };
      const stream = await openMlmStream(recipe, new ByteTokenizer());
      const { ids } = await stream.trainBatch();
      expect(ids.length).toBe(128);
      expect([...stream.evalBatches()].reduce((sum, { batch }) => sum + batch, 0)).toBe(10);
      expect(server.gets.some(({ url }) => url.includes('README'))).toBe(false);
    } finally {
      await server.stop();
    }
  });
});

describe('corpusFiles', () => {
  it('knows the splits there are', () => {
    expect(corpusFiles(wikitext2(), 'test').files).toEqual(['wikitext-2-raw-v1/test-*.parquet']);
    expect(() => corpusFiles(c4(), 'test')).toThrow('allenai/c4: there is no split "test"; it has train, validation');
  });
});
