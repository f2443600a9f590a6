// Which files of a data set of the hub a text to learn from, or to evaluate on, is, against a hub on this machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HubServer } from '../../../../../packages/hub/test/hub-server.ts';
import { UsageError } from '../../errors.ts';
import { hubText, type TextOption } from './hub-text.ts';

const cacheDir = mkdtempSync(join(tmpdir(), 'orchid-hub-text-'));
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

let server: HubServer;
beforeEach(async () => {
  server = await new HubServer('tiny/text', 'dataset').start();
  vi.stubEnv('HF_ENDPOINT', server.endpoint);
  vi.stubEnv('HF_HUB_CACHE', cacheDir);
  vi.stubEnv('HF_HUB_OFFLINE', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

const put = (...paths: string[]) => {
  for (const path of paths) server.add(path, 'x');
};
const filesOf = async (text: string, option: TextOption = '--text') => (await hubText(text, option)).files;

it('leaves out the splits for validation and tests, and evaluates on them', async () => {
  put('README.md', 'data/train-0.parquet', 'data/latest-0.parquet', 'data/test-0.parquet', 'data/validation.jsonl.gz');
  expect(await filesOf('hub:tiny/text')).toEqual(['data/latest-0.parquet', 'data/train-0.parquet']);
  expect(await filesOf('hub:tiny/text/data')).toEqual(['data/latest-0.parquet', 'data/train-0.parquet']);
  expect(await filesOf('hub:tiny/text', '--eval-text')).toEqual(['data/validation.jsonl.gz']);
  expect(await filesOf('hub:tiny/text/data/*test*')).toEqual(['data/*test*']);
  expect(await filesOf('hub:tiny/text/data/test-0.parquet')).toEqual(['data/test-0.parquet']);
});

it('asks which of several configurations is meant', async () => {
  put('small/train.txt', 'small/test.txt', 'large.v2/train.txt', 'more.txt', 'test/a.txt');
  const error = await hubText('hub:tiny/text', '--text').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toBe(
    '--text hub:tiny/text: it has several parts, which may be other texts or the same again: large.v2, files beside them, ' +
      'small; name one, such as hub:tiny/text/large.v2, or a pattern',
  );
  expect(await filesOf('hub:tiny/text/large.v2')).toEqual(['large.v2/train.txt']);
});

it('says when there is nothing to learn from, and what a name is', async () => {
  put('test/a.txt');
  await expect(hubText('hub:tiny/text', '--text')).rejects.toThrow('for validation and tests alone (test/a.txt)');
  expect(await filesOf('hub:tiny/text', '--eval-text')).toEqual(['test/a.txt']);
  for (const bad of ['hub:tiny', 'hub:/text', 'hub:tiny/text@'])
    await expect(hubText(bad, '--eval-text')).rejects.toThrow(`--eval-text ${bad}: want hub:owner/name`);
});

it('takes another revision than main', async () => {
  put('a.txt');
  expect(await hubText(`hub:tiny/text@${server.commit}`, '--text')).toEqual({
    repo: 'tiny/text',
    revision: server.commit,
    files: ['a.txt'],
  });
  expect(await hubText('hub:tiny/text@refs%2Fconvert%2Fparquet/a.txt', '--text')).toMatchObject({
    revision: 'refs/convert/parquet',
  });
  await expect(hubText('hub:tiny/text@v9', '--text')).rejects.toThrow('has no revision "v9"');
});
