// Folders and memory: new versions while requests run, models that make room for others, folders that hold nothing of use.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelStatus } from '../src/index.ts';
import { start, testFolder, until, writeFake } from './fake-server.ts';

const folder = testFolder();
const model = (name: string, settings = {}) => writeFake(join(folder, name), settings);
const GIB = 2 ** 30;

const modelsOf = async (send: <T>(path: string) => Promise<{ body: T }>) => {
  const { body } = await send<{ models: ModelStatus[] }>('/v1/models');
  return Object.fromEntries(body.models.map((one) => [one.name, one]));
};

describe('a folder that changes', () => {
  it('gets a new version beside the old, and no request is lost', async () => {
    const path = model('hot', { tag: 'old', ms: 10 });
    const { post, send, metric } = await start([path], { reloadMs: 40, workers: 2 });
    const tags: string[] = [];
    let running = true;
    const clients = Array.from({ length: 4 }, async () => {
      while (running) {
        const { status, body, headers } = await post('x');
        expect(status).toBe(200);
        expect(headers.get('x-model-version')).toBe(body.tag === 'old' ? '1' : '2');
        tags.push(body.tag);
      }
    });
    await until(() => tags.length > 10, 'requests are answered');
    model('hot', { tag: 'new', ms: 10 });
    await until(() => tags.at(-1) === 'new', 'the new version answers');
    running = false;
    await Promise.all(clients);
    // Once the new version is in use, nobody gets the old one any more.
    expect(tags.lastIndexOf('old')).toBeLessThan(tags.indexOf('new') + 8);
    expect((await modelsOf(send)).hot).toMatchObject({ state: 'ready', version: 2, note: null });
    expect(await metric('orchid_model_bytes{model="hot"}')).toBe(2000);
    expect(await metric('orchid_model_reloads_total{model="hot",outcome="done"}')).toBe(1);
  });

  it('keeps the old version where the new one cannot be loaded, and says so without a path', async () => {
    const path = model('broken', { tag: 'good' });
    const { post, send, log } = await start([path], { reloadMs: 40 });
    model('broken', { tag: 'bad', broken: true });
    await until(() => log.some(({ msg }) => msg.includes('the old one stays')), 'it was tried');
    expect((await post('x')).body.tag).toBe('good');
    const { broken } = await modelsOf(send);
    expect(broken).toMatchObject({ state: 'ready', version: 1 });
    expect(broken!.note).toContain('newer version that could not be loaded');
    expect(JSON.stringify(broken)).not.toContain(folder);
    model('broken', { tag: 'mended' });
    await until(async () => (await post('x')).body.tag === 'mended', 'the next one is loaded');
  });

  it('may be gone for a while', async () => {
    const path = model('absent', { tag: 'kept' });
    const { post, log } = await start([path], { reloadMs: 30 });
    await until(() => true, 'started');
    rmSync(path, { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await post('x')).body.tag).toBe('kept');
    expect(log.filter(({ msg }) => msg.includes('cannot be read')).length).toBeLessThanOrEqual(1);
    model('absent', { tag: 'back' });
    await until(async () => (await post('x')).body.tag === 'back', 'it is back');
  });

  it('a worker that is replaced meanwhile gets what the others get', async () => {
    const path = model('both', { tag: 'one' });
    const { server, post, metric } = await start([path], { workers: 2, reloadMs: 0 });
    model('both', { tag: 'two' });
    await server.killWorker(1);
    await until(async () => (await post('x')).body.tag === 'two', 'the new version answers');
    await until(async () => (await metric('orchid_workers')) === 2, 'two workers again');
    const tags = await Promise.all(Array.from({ length: 12 }, async () => (await post('x')).body.tag));
    expect(new Set(tags)).toEqual(new Set(['two']));
  });
});

describe('a worker that is lost while the folder is gone', () => {
  it('what replaces it gets the model when the folder is back', async () => {
    const path = model('moved');
    const { server, post, metric } = await start([path], { workers: 2, maxBatch: 1, reloadMs: 0 });
    renameSync(path, `${path}.aside`);
    await server.killWorker(1);
    await until(async () => (await metric('orchid_workers_replaced')) === 1, 'there is another');
    renameSync(`${path}.aside`, path);
    const threads = async () => {
      const replies = await Promise.all(Array.from({ length: 6 }, () => post('x')));
      expect(replies.map(({ status }) => status)).toEqual(Array(6).fill(200));
      return new Set(replies.map(({ body }) => body.thread)).size;
    };
    await until(async () => (await threads()) === 2, 'both compute');
  });

  it('a model that no worker has any more is unavailable until its folder is back', async () => {
    const path = model('lost');
    const { server, post, send, metric } = await start([path], { reloadMs: 40 });
    rmSync(path, { recursive: true });
    await server.killWorker(0);
    await until(async () => (await metric('orchid_workers_replaced')) === 1, 'there is another');
    const { status, body } = await post('x');
    expect([status, body.error.code]).toEqual([503, 'model_unavailable']);
    const { lost } = await modelsOf(send);
    expect(lost).toMatchObject({ state: 'failed', version: null, bytes: 0 });
    expect(JSON.stringify(lost)).not.toContain(folder);
    model('lost', { tag: 'back' });
    await until(async () => (await post('x')).body.tag === 'back', 'it is back');
  });
});

describe('memory', () => {
  const size = 100_000;
  const memoryGb = (models: number) => (models * size + 500) / GIB;

  it('models beyond it are loaded when they are asked for: the one not used for longest makes room', async () => {
    const paths = ['one', 'two', 'three'].map((name) => model(name, { tag: name, bytes: size }));
    const { send, post, log } = await start(paths, { memoryGb: memoryGb(2) });
    const states = async () => Object.values(await modelsOf(send)).map(({ state }) => state);
    expect(await states()).toEqual(['ready', 'ready', 'unloaded']);
    expect((await modelsOf(send)).three!.note).toContain('the memory for models');
    expect((await send('/readyz')).status).toBe(200);
    await post('x', { model: 'one' });
    expect((await post('x', { model: 'three' })).body.tag).toBe('three');
    expect(await states()).toEqual(['ready', 'unloaded', 'ready']);
    const { two } = await modelsOf(send);
    expect(two!.note).toBe('made room for three: of all models it was not used for the longest time');
    expect(log.some(({ msg, model: name }) => name === 'two' && msg.startsWith('made room for three'))).toBe(true);
    expect((await post('x', { model: 'two' })).body.tag).toBe('two');
    expect(await states()).toEqual(['unloaded', 'ready', 'ready']);
  });

  it('a model that fails when it is asked for keeps no other from answering: the server stays ready', async () => {
    const paths = [model('fine', { bytes: size }), model('fails', { bytes: size, broken: true })];
    const { send, post } = await start(paths, { memoryGb: memoryGb(1) });
    expect((await post('x', { model: 'fails' })).body.error.code).toBe('model_unavailable');
    expect((await modelsOf(send)).fails).toMatchObject({ state: 'failed' });
    expect((await send('/readyz')).status).toBe(200);
    expect((await post('x', { model: 'fine' })).status).toBe(200);
  });

  it('counts what a model takes when it is loaded, which may be more than its files', async () => {
    const paths = [model('plain', { bytes: size }), model('half', { bytes: size / 2, loadedBytes: 1.5 * size })];
    const { send, post, metric } = await start(paths, { memoryGb: memoryGb(2) });
    const states = async () => Object.values(await modelsOf(send)).map(({ state }) => state);
    expect(await states()).toEqual(['unloaded', 'ready']);
    expect(await metric('orchid_model_bytes{model="half"}')).toBe(1.5 * size);
    await post('x', { model: 'plain' });
    expect(await states()).toEqual(['ready', 'unloaded']);
    await post('x', { model: 'half' });
    expect(await states()).toEqual(['unloaded', 'ready']);
  });

  it('a new version, too, takes as much more than its files as the old one', async () => {
    const path = model('doubled', { tag: 'old', bytes: size / 2, loadedBytes: size });
    const { post, log } = await start([path], { memoryGb: memoryGb(1.6), reloadMs: 30 });
    model('doubled', { tag: 'new', bytes: size / 2, loadedBytes: size });
    await until(() => log.some(({ msg }) => msg.includes('the old one stays')), 'it was refused');
    expect((await post('x')).body.tag).toBe('old');
  });

  it('a model that takes more than there is when it is loaded is refused at the start, too', async () => {
    const path = model('swells', { bytes: size, loadedBytes: 3 * size });
    await expect(start([path], { memoryGb: memoryGb(2) })).rejects.toThrow(/^memoryGb: the model swells: it takes/);
  });

  it('what was loaded of a folder that is gone again is unloaded', async () => {
    const disposed = join(folder, 'disposed');
    const paths = [model('stays', { bytes: size }), model('vanishes', { bytes: size, vanishes: true, disposed })];
    const { post } = await start(paths, { memoryGb: memoryGb(1) });
    expect((await post('x', { model: 'vanishes' })).status).toBe(503);
    await until(() => existsSync(disposed), 'it is unloaded');
  });

  it('a model that has no room even by itself is refused, with both sizes', async () => {
    const path = model('huge', { bytes: 3 * size });
    await expect(start([path], { memoryGb: memoryGb(2) })).rejects.toThrow(
      /^memoryGb: the model huge takes .* GiB in 1 workers; there are .* GiB/,
    );
  });

  it('a new version that has no room beside the old is refused; the old one answers', async () => {
    const path = model('grown', { tag: 'small', bytes: size });
    const { post, log } = await start([path], { memoryGb: memoryGb(1.5), reloadMs: 30 });
    model('grown', { tag: 'large', bytes: size });
    await until(() => log.some(({ msg }) => msg.includes('the old one stays')), 'it was refused');
    expect(log.find(({ msg }) => msg.includes('the old one stays'))!.reason).toContain('of the version in use');
    expect((await post('x')).body.tag).toBe('small');
  });
});

describe('what cannot be served', () => {
  it.each([
    [['none'], /^models: none: there is no folder /],
    [['empty'], /^models: empty: .* holds no model/],
    [['a b=empty'], /^models: "a b" is no name/],
    [['x=one', 'x=two'], /^models: .*one and .*two are both named x/],
    [['wrong'], /^models: wrong: .*model_type/],
  ])('%j', async (specs, message) => {
    model('one');
    model('two');
    rmSync(model('empty'), { recursive: true });
    writeFake(join(folder, 'empty'));
    for (const file of ['config.json', 'fake.json', 'model.safetensors']) rmSync(join(folder, 'empty', file));
    writeFileSync(join(model('wrong'), 'config.json'), '{"model_type":"llama"}');
    const paths = specs.map((spec) => {
      const [name, path] = spec.includes('=') ? spec.split('=') : [null, spec];
      return `${name === null ? '' : `${name}=`}${join(folder, path!)}`;
    });
    await expect(start(paths)).rejects.toThrow(message);
  });
});
