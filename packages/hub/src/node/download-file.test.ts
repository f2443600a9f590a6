// Files from a hub on this machine: kept, checked, resumed, and every failure by its name.
import { chmod, lstat, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanCacheDir } from '@huggingface/hub';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubServer } from '../../test/hub-server.ts';
import { HubError } from '../hub-error.ts';
import { type DownloadFileOptions, downloadFile, hubCacheDir, type Progress } from './index.ts';

const REPO = 'tiny/model';
const weights = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251);

let server: HubServer;
let cacheDir: string;
let notices: string[];

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'orchid-hub-'));
  notices = [];
  server = await new HubServer(REPO).start();
  server.add('config.json', '{"a": 1}').add('some/model.safetensors', weights, { lfs: true });
});

afterEach(async () => {
  await server.stop();
  await rm(cacheDir, { recursive: true, force: true });
});

const options = (more: Partial<DownloadFileOptions> = {}): DownloadFileOptions => ({
  repo: REPO,
  path: 'some/model.safetensors',
  endpoint: server.endpoint,
  cacheDir,
  retryDelay: 1,
  onNotice: (message) => notices.push(message),
  ...more,
});

async function failure(more: Partial<DownloadFileOptions> = {}): Promise<HubError> {
  const error = await downloadFile(options(more)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HubError);
  return error as HubError;
}

async function expectBytes(path: string, bytes: Uint8Array = weights): Promise<void> {
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
}

const folder = () => join(cacheDir, 'models--tiny--model');
const blob = (path = 'some/model.safetensors') => join(folder(), 'blobs', server.etag(path));

describe('downloadFile', () => {
  it('brings a file from where the hub redirects to, once, without the token', async () => {
    server.token = 'secret';
    const path = await downloadFile(options({ token: 'secret' }));
    expect(path).toBe(join(folder(), 'snapshots', server.commit, 'some', 'model.safetensors'));
    await expectBytes(path);
    expect(server.seen.map(({ host, method, authorization }) => [host, method, authorization])).toEqual([
      ['hub', 'HEAD', 'Bearer secret'],
      ['hub', 'GET', 'Bearer secret'],
      ['cdn', 'GET', undefined],
    ]);
    expect(await downloadFile(options({ token: 'secret' }))).toBe(path);
    expect(server.seen.slice(3).map(({ method }) => method)).toEqual(['HEAD']);
  });

  it("lays files out as Python's huggingface_hub does", async () => {
    const path = await downloadFile(options());
    await downloadFile(options({ path: 'config.json' }));
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(await readlink(path)).toBe(`../../../blobs/${server.etag('some/model.safetensors')}`);
    expect(await readFile(join(folder(), 'refs', 'main'), 'utf8')).toBe(server.commit);
    expect((await readdir(join(folder(), 'blobs'))).sort()).toEqual(
      [server.etag('config.json'), server.etag('some/model.safetensors')].sort(),
    );
    // The hub's own library reads it; what lies in subfolders it does not count.
    server.add('vocab.txt', 'a\nb');
    await downloadFile(options({ path: 'vocab.txt' }));
    const { repos, warnings } = await scanCacheDir(cacheDir);
    expect(warnings).toEqual([]);
    expect(repos).toHaveLength(1);
    expect(repos[0]).toMatchObject({ id: { type: 'model', name: REPO }, filesCount: 2 });
    expect(repos[0]!.revisions[0]).toMatchObject({ commitOid: server.commit, refs: ['main'] });
  });

  it('has data sets in folders of their own', async () => {
    const data = await new HubServer('tiny/data', 'dataset').start();
    data.add('a.txt', 'text');
    try {
      const where = { repo: 'tiny/data', type: 'dataset', path: 'a.txt', endpoint: data.endpoint } as const;
      const path = await downloadFile(options(where));
      expect(path).toBe(join(cacheDir, 'datasets--tiny--data', 'snapshots', data.commit, 'a.txt'));
    } finally {
      await data.stop();
    }
  });

  it('goes on where a connection was cut, and fetches the rest alone', async () => {
    server.faults.push({ kind: 'cut', after: 70_000 }, { kind: 'cut', after: 30_000 });
    const progress: Progress[] = [];
    const path = await downloadFile(options({ onProgress: (event) => progress.push(event) }));
    await expectBytes(path);
    const ranges = server.gets.filter(({ host }) => host === 'cdn').map(({ range }) => range);
    expect(ranges).toEqual([undefined, 'bytes=70000-', 'bytes=100000-']);
    expect(progress[0]).toEqual({ path: 'some/model.safetensors', loaded: 0, total: 200_000 });
    expect(progress.at(-1)!.loaded).toBe(200_000);
    expect(await readdir(join(folder(), 'blobs'))).toEqual([server.etag('some/model.safetensors')]);
  });

  it('goes on in a later call where an earlier one had to give up', async () => {
    server.faults.push({ kind: 'cut', after: 50_000 });
    const error = await failure({ retries: 0 });
    expect(error.kind).toBe('network');
    expect(error.message).toMatch(
      /^hub: "some\/model\.safetensors" of model tiny\/model at revision [0-9a-f]{40}: the connection/,
    );
    expect((await readFile(`${blob()}.incomplete`)).length).toBe(50_000);
    const before = server.seen.length;
    const path = await downloadFile(options());
    await expectBytes(path);
    const cdn = server.seen.slice(before).filter(({ host }) => host === 'cdn');
    expect(cdn.map(({ range }) => range)).toEqual(['bytes=50000-']);
  });

  it('keeps what has come when it is aborted', async () => {
    server.faults.push({ kind: 'stall', after: 40_000 });
    const abort = new AbortController();
    const onProgress = ({ loaded }: Progress) => loaded === 40_000 && abort.abort(new Error('enough'));
    await expect(downloadFile(options({ signal: abort.signal, onProgress }))).rejects.toThrow('enough');
    await downloadFile(options());
    expect(server.gets.at(-1)!.range).toBe('bytes=40000-');
  });

  it('takes a connection without a byte for cut', async () => {
    server.faults.push({ kind: 'stall', after: 10_000 });
    await expectBytes(await downloadFile(options({ timeout: 1500 })));
    expect(server.gets.at(-1)!.range).toBe('bytes=10000-');
  });

  it('starts again where the server knows nothing of ranges', async () => {
    server.ranges = false;
    server.faults.push({ kind: 'cut', after: 70_000 });
    await expectBytes(await downloadFile(options()));
  });

  it('drops a part that is longer than the file', async () => {
    await failure({ retries: 0, path: 'none' });
    server.faults.push({ kind: 'cut', after: 10 });
    await failure({ retries: 0 });
    await writeFile(`${blob()}.incomplete`, new Uint8Array(200_001));
    await expectBytes(await downloadFile(options()));
  });

  it('takes a part that is whole as it is', async () => {
    server.faults.push({ kind: 'cut', after: 10 });
    await failure({ retries: 0 });
    await writeFile(`${blob()}.incomplete`, weights);
    const before = server.gets.length;
    await downloadFile(options());
    expect(server.gets.length).toBe(before);
  });

  it('downloads once what is asked for twice at a time', async () => {
    const [one, two] = await Promise.all([downloadFile(options()), downloadFile(options())]);
    expect(one).toBe(two);
    expect(server.gets.filter(({ host }) => host === 'cdn')).toHaveLength(1);
  });

  it('takes over the lock of a process that is gone', async () => {
    server.faults.push({ kind: 'cut', after: 10 });
    await failure({ retries: 0 });
    const { hostname } = await import('node:os');
    // Above what Linux gives to processes.
    await writeFile(`${blob()}.incomplete.lock`, `99999999 ${hostname()}`);
    await expectBytes(await downloadFile(options()));
    expect(await readdir(join(folder(), 'blobs'))).toEqual([server.etag('some/model.safetensors')]);
  });

  it('knows an empty file', async () => {
    server.add('empty.txt', '');
    expect((await readFile(await downloadFile(options({ path: 'empty.txt' })))).length).toBe(0);
  });
});

describe('what the hub refuses', () => {
  it('a file, a revision, a repository that are not there, without a second try', async () => {
    const file = await failure({ path: 'none.json' });
    expect(file).toMatchObject({ kind: 'not-found', status: 404 });
    expect(file.message).toBe(`hub: ${server.endpoint} has no "none.json" of model tiny/model at revision main (404)`);
    const revision = await failure({ revision: 'v9' });
    expect(revision).toMatchObject({ kind: 'not-found', message: 'hub: model tiny/model has no revision "v9"' });
    const repo = await failure({ repo: 'tiny/other' });
    expect(repo).toMatchObject({
      kind: 'not-found',
      message: `hub: there is no model tiny/other at ${server.endpoint}`,
    });
    expect(server.seen).toHaveLength(3);
  });

  it('whoever has no token, or the wrong one', async () => {
    server.token = 'secret';
    const without = await failure({ token: false });
    expect(without).toMatchObject({ kind: 'unauthorized', status: 401 });
    expect(without.message).toContain('it does not exist, or is private and it needs an access token (HF_TOKEN');
    expect((await failure({ token: 'wrong' })).message).toContain('the token does not give access to it');
    expect(server.seen).toHaveLength(2);
  });

  it('a gated repository', async () => {
    server.broken = { kind: 'status', status: 403, headers: { 'x-error-code': 'GatedRepo' } };
    const error = await failure({ token: 'mine' });
    expect(error).toMatchObject({ kind: 'unauthorized', status: 403 });
    expect(error.message).toBe(
      'hub: model tiny/model is gated or private (403): the token does not give access to it; ' +
        `its terms may have to be accepted at ${server.endpoint}/tiny/model`,
    );
    expect(server.seen).toHaveLength(1);
  });

  it('everyone, when it fails for longer than we try', async () => {
    server.broken = { kind: 'status', status: 500 };
    const error = await failure({ retries: 3 });
    expect(error).toMatchObject({ kind: 'server', status: 500 });
    expect(error.message).toContain(`${server.endpoint} answered 500 (the hub failed); try again later`);
    expect(server.seen).toHaveLength(4);
  });

  it('nobody, when it fails for a moment', async () => {
    server.faults.push(
      { kind: 'status', status: 503 },
      { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    );
    await expectBytes(await downloadFile(options()));
  });

  it('a server that is no hub', async () => {
    server.broken = { kind: 'status', status: 200 };
    expect(await failure()).toMatchObject({ kind: 'protocol' });
    server.broken = { kind: 'status', status: 418 };
    expect((await failure()).message).toContain('answered 418; is it a Hugging Face hub?');
  });
});

describe('no network', () => {
  async function nobody(): Promise<string> {
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
    const { port } = socket.address() as { port: number };
    await new Promise((resolve) => socket.close(resolve));
    return `http://127.0.0.1:${port}`;
  }

  it('says so', async () => {
    const endpoint = await nobody();
    const error = await failure({ endpoint, retries: 1 });
    expect(error.kind).toBe('network');
    expect(error.message).toBe(
      'hub: "some/model.safetensors" of model tiny/model at revision main: ' +
        `the connection to ${endpoint} failed (ECONNREFUSED); is there a network, and is this the hub (HF_ENDPOINT)?`,
    );
  });

  it('takes what is in the cache, and says so', async () => {
    const path = await downloadFile(options());
    expect(await downloadFile(options({ endpoint: await nobody(), retries: 0 }))).toBe(path);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(`The copy in the cache is used: ${path}`);
  });

  it('is not needed for a commit that is in the cache', async () => {
    const path = await downloadFile(options());
    expect(await downloadFile(options({ endpoint: await nobody(), revision: server.commit }))).toBe(path);
    expect(notices).toEqual([]);
  });

  it('is not used when offline', async () => {
    expect(await failure({ offline: true })).toMatchObject({ kind: 'offline' });
    const path = await downloadFile(options());
    const before = server.seen.length;
    expect(await downloadFile(options({ offline: true }))).toBe(path);
    const error = await failure({ offline: true, path: 'config.json' });
    expect(error.message).toBe(
      `hub: "config.json" of model tiny/model at revision main is not in the cache (${cacheDir}), ` +
        'and the network is not to be used (HF_HUB_OFFLINE)',
    );
    expect(server.seen.length).toBe(before);
  });
});

describe('checksums', () => {
  it.each(['some/model.safetensors', 'config.json'])('wrong bytes of %s from the hub are not kept', async (path) => {
    const right = server.files.get(path)!.bytes;
    server.wrongBytes.set(path, Uint8Array.from(right).fill(1, 0, 1));
    const error = await failure({ path });
    expect(error.kind).toBe('checksum');
    expect(error.message).toContain(
      `what ${server.endpoint} sent has a wrong checksum (want ${server.etag(path)}); it was not kept`,
    );
    expect(await readdir(join(folder(), 'blobs'))).toEqual([]);
    server.wrongBytes.clear();
    await expectBytes(await downloadFile(options({ path })), right);
  });

  it('a file that has changed in the cache is kept aside, and the next call brings a good one', async () => {
    const path = await downloadFile(options());
    await writeFile(blob(), weights.slice().fill(9, 100, 101));
    const error = await failure({ offline: true });
    expect(error.kind).toBe('checksum');
    expect(error.message).toContain(
      `its copy in the cache has a wrong checksum (want ${server.etag('some/model.safetensors')})`,
    );
    expect(error.message).toContain(`it was moved to ${blob()}.corrupt`);
    expect(await failure({ offline: true })).toMatchObject({ kind: 'offline' });
    expect(await downloadFile(options())).toBe(path);
    await expectBytes(path);
  });

  it('a truncated file in the cache is found when the hub is asked, too', async () => {
    await downloadFile(options());
    await writeFile(blob(), weights.subarray(0, 1000));
    expect(await failure()).toMatchObject({ kind: 'checksum' });
  });

  it('are not looked at when that is not wanted', async () => {
    const path = await downloadFile(options());
    await writeFile(blob(), 'other');
    expect(await downloadFile(options({ verify: false }))).toBe(path);
  });
});

describe('the disk', () => {
  it.skipIf(process.platform !== 'linux')(
    'that is full is said, with its code, and nothing is tried again',
    async () => {
      server.faults.push({ kind: 'cut', after: 10 });
      await failure({ retries: 0 });
      await rm(`${blob()}.incomplete`);
      await symlink('/dev/full', `${blob()}.incomplete`);
      const before = server.gets.length;
      const error = (await downloadFile(options()).catch((thrown: unknown) => thrown)) as NodeJS.ErrnoException;
      expect(error.code).toBe('ENOSPC');
      expect(error.message).toContain('cannot be written: ENOSPC');
      expect(server.gets.length).toBe(before + 2);
    },
  );

  it.skipIf(process.getuid?.() === 0)('that we may not write to is named by the system', async () => {
    await chmod(cacheDir, 0o500);
    await expect(downloadFile(options())).rejects.toThrow('EACCES');
  });
});

describe('options', () => {
  it.each([
    [{ repo: '../x' }, 'repo is "../x"; want owner/name'],
    [{ repo: 'a/b/c' }, 'repo is "a/b/c"'],
    [{ type: 'space' as 'model' }, 'type is "space"; want "model" or "dataset"'],
    [{ path: '../../etc/passwd' }, 'path is "../../etc/passwd"'],
    [{ path: '/etc/passwd' }, 'path is "/etc/passwd"'],
    [{ path: 'C:\\x' }, 'path is "C:\\\\x"'],
    [{ revision: '../x' }, 'revision is "../x"'],
    [{ endpoint: 'hub.local' }, 'endpoint is "hub.local"; want an http:// or https:// address'],
    [{ retries: -1 }, 'retries is -1'],
  ])('refuses %o', async (more, message) => {
    await expect(downloadFile(options(more))).rejects.toThrow(message);
  });

  it('come from the environment as users of the hub know it', () => {
    expect(hubCacheDir({ HF_HOME: '/h' })).toBe(join('/h', 'hub'));
    expect(hubCacheDir({ HF_HUB_CACHE: '/c', HF_HOME: '/h' })).toBe('/c');
    expect(hubCacheDir({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'huggingface', 'hub'));
  });
});
