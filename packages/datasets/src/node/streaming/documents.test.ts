// Files of every kind as documents: each once an epoch, found again by place, and what is wrong said with file and place.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubServer } from '../../../../hub/test/hub-server.ts';
import { type Document, type DocumentFile, ShuffledDocuments } from '../../index.ts';
import { hubDocuments, openDocuments } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchid-stream-'));
  await mkdir(join(folder, 'all', 'deep'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, contents: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, contents);
  return path;
}

async function one(name: string, contents: string | Uint8Array, options = {}): Promise<DocumentFile> {
  const [file] = await openDocuments([await put(name, contents)], options);
  return file!;
}

async function all(file: DocumentFile, at = 0): Promise<Document[]> {
  const found: Document[] = [];
  for await (const some of file.read(at)) found.push(...some);
  return found;
}

const texts = (documents: readonly Document[]) => documents.map(({ text }) => text);
const stories = Array.from({ length: 40 }, (_, i) => `story ${i} ${'äß🌸x'.repeat(i * 7)}`);
const json = stories.map((text, i) => JSON.stringify({ id: i, text })).join('\n');
const parquet = new Uint8Array(
  parquetWriteBuffer({ columnData: [{ name: 'text', data: stories, type: 'STRING' }], rowGroupSize: 7 }),
);

const kinds: [string, string | Uint8Array, object][] = [
  ['paragraphs.txt', `\n\n${stories.join('\n\n\n')}\n`, {}],
  ['paragraphs.txt.gz', gzipSync(stories.join('\r\n\r\n')), {}],
  ['lines.txt', stories.join('\n'), { unit: 'line' }],
  ['lines.txt.gz', gzipSync(`${stories.join('\n')}\n`), { unit: 'line' }],
  ['json.jsonl', json, {}],
  ['json.json.gz', gzipSync(`${json}\n\n`), {}],
  ['rows.parquet', parquet, {}],
];

describe.each(kinds)('%s', (name, contents, options) => {
  it('has its documents, from any of them on, and finds them again', async () => {
    const file = await one(name, contents, options);
    const documents = await all(file);
    expect(texts(documents)).toEqual(stories);
    expect(texts(await all(file, documents[16]!.next))).toEqual(stories.slice(17));
    const some = [3, 4, 19, 39].map((i) => documents[i]!);
    expect(await file.find(some.map(({ at }) => at))).toEqual(some);
    expect(await file.find([])).toEqual([]);
  });
});

describe('text files', () => {
  it('may have long lines and paragraphs, which are cut between characters', async () => {
    const long = '🌸'.repeat(700_000);
    const documents = await all(await one('long.txt', `a\n\n${long}\n\nb`));
    expect(texts(documents).join('').length).toBe(2 * 700_000 + 2);
    expect(documents.length).toBe(4);
    expect(documents.every(({ text }) => !text.includes('\ufffd') && text.length <= 1 << 20)).toBe(true);
    const lines = Array.from({ length: 5000 }, (_, i) => `${i} ${'x'.repeat(400)}`).join('\n');
    const cut = await all(await one('paragraph.txt', lines));
    expect(cut.length).toBe(2);
    expect(texts(cut).join('\n')).toBe(lines);
  });

  it('are of lines whose pieces end anywhere', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `${i}${'ä'.repeat(i % 50)}`);
    const documents = await all(await one('many.txt', lines.join('\n'), { unit: 'line' }));
    expect(texts(documents)).toEqual(lines);
  });

  it.each([
    ['latin1.txt', Buffer.from('good\n\nGr\xfc\xdfe', 'latin1'), {}, 'latin1.txt: it is not UTF-8 (at byte 8); want'],
    ['cut.txt.gz', gzipSync('word '.repeat(10_000)).subarray(0, 40), {}, 'cut.txt.gz: unexpected end of file'],
    ['not.txt.gz', 'plain text', {}, 'not.txt.gz: incorrect header check'],
    ['bad.jsonl', '{"text": "a"}\n{"text"\n', {}, 'bad.jsonl: the line at byte 14 is not JSON'],
    [
      'field.jsonl',
      '{"txt": "a", "n": 1}\n',
      {},
      'field.jsonl: the line at byte 0 has no text in "text"; it has txt, n',
    ],
    ['none.parquet', parquet, { column: 'body' }, 'none.parquet: there is no column "body"; it has "text"'],
    ['cut.parquet', parquet.subarray(0, 300), {}, 'cut.parquet: it is no Parquet file, or cut or damaged'],
  ])('%s is said to be wrong', async (name, contents, options, message) => {
    await expect(one(name, contents, options).then((file) => all(file))).rejects.toThrow(message);
  });

  it('have documents far apart, which are found without reading what lies between', async () => {
    const words = Array.from({ length: 3000 }, (_, i) => `${i} ${'x'.repeat(2000)}`);
    const file = await one('far.txt', words.join('\n'), { unit: 'line' });
    const documents = await all(file);
    const some = [0, 1, 2, 700, 1500, 1501, 2999].map((i) => documents[i]!);
    expect(await file.find(some.map(({ at }) => at))).toEqual(some);
    await expect(file.find([some[0]!.at, some[1]!.at + 1])).rejects.toThrow(
      `no document at ${some[1]!.at + 1} any more`,
    );
  });

  it('that have changed are noticed when a document is looked for', async () => {
    for (const [name, contents, options] of kinds) {
      const file = await one(name, contents, options);
      await expect(file.find([1_000_000])).rejects.toThrow(`${join(folder, name)}: there is no document at 1000000`);
    }
  });
});

describe('openDocuments', () => {
  it('takes files, folders and patterns, in order', async () => {
    await put('all/b.txt', 'b');
    await put('all/a.jsonl', '{"text":"a"}');
    await put('all/deep/c.txt', 'c');
    await put('all/deep/picture.png', 'no text');
    const names = async (...paths: string[]) =>
      (await openDocuments(paths)).map(({ name }) => name.slice(folder.length + 1).replaceAll('\\', '/'));
    expect(await names(join(folder, 'all'))).toEqual(['all/a.jsonl', 'all/b.txt', 'all/deep/c.txt']);
    expect(await names(join(folder, 'all', '**/*.txt'), join(folder, 'all/a.jsonl'))).toEqual([
      'all/b.txt',
      'all/deep/c.txt',
      'all/a.jsonl',
    ]);
    await expect(openDocuments([join(folder, 'none.txt')])).rejects.toThrow('there is no such file or folder');
    await mkdir(join(folder, 'empty'));
    await expect(openDocuments([join(folder, 'empty')])).rejects.toThrow(
      'the folder has no text, JSON Lines or Parquet',
    );
  });
});

describe('hubDocuments', () => {
  it('downloads each file when its turn comes, and needs no hub for what is in the cache', async () => {
    const server = await new HubServer('tiny/text', 'dataset').start();
    server.add('en/a.json.gz', gzipSync(json), { lfs: true }).add('en/b.parquet', parquet, { lfs: true });
    const cacheDir = join(folder, 'hub');
    const options = { repo: 'tiny/text', files: ['en/*'], endpoint: server.endpoint, cacheDir };
    try {
      const files = await hubDocuments(options);
      expect(files.map(({ name }) => name)).toEqual(['tiny/text/en/a.json.gz', 'tiny/text/en/b.parquet']);
      // Nothing of a file is asked for before its turn, not by going on from a state either.
      const stream = new ShuffledDocuments({ files, seed: 0 });
      await stream.restore(stream.state);
      expect(server.gets).toEqual([]);
      expect(texts(await all(files[0]!))).toEqual(stories);
      expect(server.gets.filter(({ host }) => host === 'cdn')).toHaveLength(1);
      expect(texts(await all(files[1]!))).toEqual(stories);
      await expect(hubDocuments({ ...options, files: ['de/*'] })).rejects.toThrow('no file matches "de/*"');
      const again = await hubDocuments({ ...options, offline: true });
      expect(again.map(({ id }) => id)).toEqual(files.map(({ id }) => id));
      expect(texts(await all(again[1]!))).toEqual(stories);
    } finally {
      await server.stop();
    }
  });
});

describe('a file of the hub', () => {
  it('is the same after a commit that leaves it as it is, offline too, and another after one that does not', async () => {
    const server = await new HubServer('tiny/moving', 'dataset').start();
    server.add('a.txt', 'one', { lfs: true }).add('b.txt', 'two');
    const cacheDir = join(folder, 'moving');
    const options = { repo: 'tiny/moving', files: ['*.txt'], endpoint: server.endpoint, cacheDir };
    const ids = async (more = {}) => (await hubDocuments({ ...options, ...more })).map(({ id }) => id);
    try {
      const before = await ids();
      server.commit = server.commit.replace(/./g, 'a');
      server.add('README.md', 'news');
      expect(await ids()).toEqual(before);
      for (const file of await hubDocuments(options)) await all(file);
      expect(await ids({ offline: true })).toEqual(before);
      server.add('b.txt', 'three');
      expect((await ids()).map((id, i) => id === before[i])).toEqual([true, false]);
    } finally {
      await server.stop();
    }
  });
});

describe('ShuffledDocuments', () => {
  const parts = async () => {
    const part = (from: number) => stories.slice(from, from + 10).join('\n\n');
    const files = [0, 10, 20, 30].map((from) => put(`part${from}.txt`, part(from)));
    return openDocuments(await Promise.all(files));
  };
  const take = async (documents: ShuffledDocuments, count: number) => {
    const taken: string[] = [];
    while (taken.length < count) taken.push(await documents.next());
    return taken;
  };

  it('gives each document once an epoch, in an order of that epoch and seed', async () => {
    const files = await parts();
    const stream = new ShuffledDocuments({ files, seed: 3, buffer: 12 });
    const [first, second] = [await take(stream, 40), await take(stream, 40)];
    expect([...first].sort()).toEqual([...stories].sort());
    expect([...second].sort()).toEqual([...stories].sort());
    expect(second).not.toEqual(first);
    expect(await take(new ShuffledDocuments({ files, seed: 3, buffer: 12 }), 40)).toEqual(first);
    expect(await take(new ShuffledDocuments({ files, seed: 4, buffer: 12 }), 40)).not.toEqual(first);
    expect(await take(new ShuffledDocuments({ files, seed: 3, buffer: 1, shuffleFiles: false }), 40)).toEqual(stories);
  });

  it('holds no more characters than it may, but for one document', async () => {
    const stream = new ShuffledDocuments({ files: await parts(), seed: 0, bufferChars: 2000 });
    for (let i = 0; i < 30; i++) {
      await stream.next();
      const { files, places } = stream.state.buffer;
      expect(files.length).toBe(places.length);
      expect(files.length).toBeLessThan(25);
    }
  });

  it('goes on from any state, as JSON, even at the end of an epoch', async () => {
    const files = await parts();
    const options = { files, seed: 5, buffer: 9 };
    const whole = await take(new ShuffledDocuments(options), 100);
    for (const done of [0, 1, 33, 39, 40, 41, 79, 80]) {
      const first = new ShuffledDocuments(options);
      await take(first, done);
      const state = JSON.parse(JSON.stringify(first.state));
      const second = new ShuffledDocuments(options);
      await second.restore(state);
      expect(await take(second, 100 - done)).toEqual(whole.slice(done));
    }
  });

  it('leaves out what is held out', async () => {
    const starts = [Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY, 0];
    const stream = new ShuffledDocuments({ files: await parts(), seed: 0, starts });
    const wanted = [...stories.slice(10, 20), ...stories.slice(30)].sort();
    for (let epoch = 0; epoch < 3; epoch++) expect((await take(stream, 20)).sort()).toEqual(wanted);
    expect(JSON.stringify(stream.state)).not.toContain('null');
  });

  it('says when there is nothing', async () => {
    const files = await openDocuments([await put('blank.txt', ' \n\n \n')]);
    await expect(new ShuffledDocuments({ files, seed: 0 }).next()).rejects.toThrow('has no document with text in it');
    expect(() => new ShuffledDocuments({ files: [], seed: 0 })).toThrow('stream: there are no files');
    expect(() => new ShuffledDocuments({ files, seed: 0, buffer: 0 })).toThrow('stream: buffer is 0');
  });
});
