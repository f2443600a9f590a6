// A tokenizer by its folder's name or its name on a hub, which is a server on this machine.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubServer } from '../../hub/test/hub-server.ts';
import { pretrainedTokenizer } from '../src/node/index.ts';
import { bpe, CORPUS, wordPiece } from './support.ts';

let folder: string;
let hub: HubServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchid-pretrained-'));
  hub = await new HubServer('someone/bert').start();
});
afterAll(async () => {
  await hub.stop();
  await rm(folder, { recursive: true });
});

const bytes = (text: string) => new TextEncoder().encode(text);
const from = (source: string, extra: object = {}) =>
  pretrainedTokenizer(source, { endpoint: hub.endpoint, cacheDir: join(folder, 'cache'), retries: 0, ...extra });

describe('pretrainedTokenizer', () => {
  it('of the hub: what a tokenizer needs and no more, then from the cache', async () => {
    await expect(from('someone/bert')).rejects.toThrow(
      'someone/bert at revision main: no file matches "tokenizer.json"',
    );
    const vocab = Array.from({ length: wordPiece.vocabSize }, (_, id) => wordPiece.tokenOf(id)).join('\n');
    hub.add('vocab.txt', bytes(vocab)).add('tokenizer_config.json', bytes('{"do_lower_case":true}'));
    hub.add('model.safetensors', bytes('large'), { lfs: true });
    for (const offline of [false, true]) {
      const tokenizer = await from('someone/bert', { offline });
      for (const line of CORPUS) expect(tokenizer.encodeText(line)).toEqual(wordPiece.encodeText(line));
    }
    expect(hub.gets.some(({ url }) => url.includes('model.safetensors'))).toBe(false);
  });

  it('of a folder', async () => {
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(bpe));
    expect((await from(folder)).encode(CORPUS[0]!)).toEqual(bpe.encode(CORPUS[0]!));
  });

  it('says what there is not', async () => {
    await expect(from('./no/such/folder')).rejects.toThrow(
      /there is no folder .\/no\/such\/folder, and it is no model/,
    );
    await expect(from('someone/else')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(from(join(folder, 'tokenizer.json'))).rejects.toThrow('it is a file; want a folder');
  });
});
