// Folders of many files at one commit, listings of many pages, and the README's example, all against a hub on this machine.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubServer } from '../../test/hub-server.ts';
import { fileInfo, HubError, listFiles } from '../index.ts';
import { downloadSnapshot, etagInCache, listFiles as listFilesInNode, snapshot } from './index.ts';

let server: HubServer;
let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'orchid-hub-'));
  server = await new HubServer('Salesforce/wikitext', 'dataset').start();
  server
    .add('README.md', '# Text')
    .add('data/a.bin', 'aaaa', { lfs: true })
    .add('data/deep/b.bin', 'bb', { lfs: true });
});
afterEach(async () => {
  await server.stop();
  await rm(cacheDir, { recursive: true, force: true });
});

const where = () =>
  ({ repo: 'Salesforce/wikitext', type: 'dataset', endpoint: server.endpoint, retryDelay: 1 }) as const;

describe('listFiles', () => {
  it('lists files of all folders and pages, with what tells them apart', async () => {
    server.pageSize = 2;
    const { commit, files } = await listFiles(where());
    expect(commit).toBe(server.commit);
    expect(files).toEqual([
      { path: 'README.md', size: 6, etag: server.etag('README.md') },
      { path: 'data/a.bin', size: 4, etag: server.etag('data/a.bin') },
      { path: 'data/deep/b.bin', size: 2, etag: server.etag('data/deep/b.bin') },
    ]);
    for (const { path, size, etag } of files)
      expect(await fileInfo({ ...where(), path })).toEqual({ commit, size, etag });
  });

  it('fails by the same names as downloads do', async () => {
    await expect(listFiles({ ...where(), revision: 'v2' })).rejects.toThrow('has no revision "v2"');
    await expect(listFiles({ ...where(), repo: 'other/data' })).rejects.toThrow('there is no data set other/data');
    server.broken = { kind: 'status', status: 500 };
    await expect(listFiles({ ...where(), retries: 1 })).rejects.toMatchObject({ kind: 'server' });
    server.broken = { kind: 'status', status: 200 };
    await expect(listFiles(where())).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('asks nobody when offline', async () => {
    await expect(listFilesInNode({ ...where(), offline: true })).rejects.toMatchObject({ kind: 'offline' });
    expect(server.seen).toEqual([]);
  });

  it('refuses a file that would leave the folder', async () => {
    server.add('../evil', 'x');
    await expect(listFiles(where())).rejects.toThrow('path is "../evil"');
  });
});

describe('downloadSnapshot', () => {
  it('brings what matches, at the commit, without asking about each file', async () => {
    const folder = await downloadSnapshot({ ...where(), cacheDir, files: ['data/*.bin'] });
    expect(folder).toBe(join(cacheDir, 'datasets--Salesforce--wikitext', 'snapshots', server.commit));
    expect(await readFile(join(folder, 'data/a.bin'), 'utf8')).toBe('aaaa');
    expect(await readdir(join(folder, 'data'))).toEqual(['a.bin']);
    expect(server.seen.filter(({ method }) => method === 'HEAD')).toEqual([]);
    const all = await snapshot({ ...where(), cacheDir });
    expect(all).toEqual({ folder, commit: server.commit, files: ['README.md', 'data/a.bin', 'data/deep/b.bin'] });
    expect(server.gets.filter(({ host }) => host === 'cdn')).toHaveLength(2);
  });

  it('says what there is when nothing matches', async () => {
    const error = await downloadSnapshot({ ...where(), cacheDir, files: ['*.txt'] }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HubError);
    expect((error as Error).message).toBe(
      'hub: data set Salesforce/wikitext at revision main: no file matches "*.txt"; ' +
        'it has README.md, data/a.bin, data/deep/b.bin',
    );
  });

  it('stops at the first file that fails', async () => {
    server.wrongBytes.set('data/a.bin', Buffer.from('aaab'));
    await expect(downloadSnapshot({ ...where(), cacheDir })).rejects.toMatchObject({ kind: 'checksum' });
  });

  it('is what the cache has, offline or where the hub cannot be reached', async () => {
    await expect(downloadSnapshot({ ...where(), cacheDir, offline: true })).rejects.toMatchObject({ kind: 'offline' });
    const folder = await downloadSnapshot({ ...where(), cacheDir, files: ['data/**'] });
    const before = server.seen.length;
    const offline = await snapshot({ ...where(), cacheDir, offline: true });
    expect(offline).toEqual({ folder, commit: server.commit, files: ['data/a.bin', 'data/deep/b.bin'] });
    expect(server.seen.length).toBe(before);
    const notices: string[] = [];
    server.broken = { kind: 'status', status: 503 };
    const options = { ...where(), cacheDir, retries: 0, onNotice: (message: string) => notices.push(message) };
    expect(await downloadSnapshot(options)).toBe(folder);
    expect(notices[0]).toContain(`The files in the cache are used: ${folder}`);
  });
});

describe('etagInCache', () => {
  it('is what the hub calls a file by, of links and of copies', async () => {
    const folder = await downloadSnapshot({ ...where(), cacheDir });
    const paths = ['README.md', 'data/a.bin', 'data/deep/b.bin'];
    const etags = paths.map((path) => server.etag(path));
    expect(await Promise.all(paths.map((path) => etagInCache(folder, path)))).toEqual(etags);
    for (const path of paths) {
      const bytes = await readFile(join(folder, path));
      await rm(join(folder, path));
      await writeFile(join(folder, path), bytes);
    }
    expect(await Promise.all(paths.map((path) => etagInCache(folder, path)))).toEqual(etags);
    await writeFile(join(folder, 'own.bin'), 'cccc');
    await expect(etagInCache(folder, 'own.bin')).rejects.toThrow('it is none of the files that the cache was given');
  });
});

describe('files by their names', () => {
  it('are found whatever is in the names, and however many there are', async () => {
    server.add('odd/[a] (1).txt', 'x');
    const files = ['odd/[a] (1).txt', ...Array.from({ length: 20 }, (_, i) => `none/${i}.txt`)];
    expect((await listFilesInNode({ ...where(), files })).files.map(({ path }) => path)).toEqual(['odd/[a] (1).txt']);
    await expect(listFilesInNode({ ...where(), files: files.slice(1) })).rejects.toThrow(
      '"none/7.txt" and 12 more; it has',
    );
  });
});

describe('README', () => {
  it('has an example that runs as it is printed', async () => {
    server.add('wikitext-2-raw-v1/test-00000.parquet', 'not really', { lfs: true });
    const home = fileURLToPath(new URL('../..', import.meta.url));
    const [, example] = /```js\n([\s\S]*?)```/.exec(await readFile(join(home, 'README.md'), 'utf8')) ?? [];
    await mkdir(join(home, 'src/generated'), { recursive: true });
    const file = join(home, 'src/generated/readme-example.mjs');
    await writeFile(file, example!);
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;
    const env = {
      ...process.env,
      HF_ENDPOINT: server.endpoint,
      HF_HOME: cacheDir,
      HF_HUB_CACHE: '',
      HF_HUB_OFFLINE: '',
    };
    const child = spawn(process.execPath, ['--import', tsx, file], { env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    await new Promise((resolve) => child.on('close', resolve));
    const folder = join(cacheDir, 'hub', 'datasets--Salesforce--wikitext', 'snapshots', server.commit);
    expect(said).toBe(`4 files at ${server.commit}\n${join(folder, 'README.md')} ${folder}\n`);
  });
});
