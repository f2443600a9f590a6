// Values made in a thread are those made without, errors come over with their words, and nothing is left running.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ByteTokenizer } from '@orchid-ml/tokenizers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MlmRecipe, openMlmStream, Prefetch, PrefetchedMlm } from './index.ts';

const entry = new URL('../../../test/count-worker.mjs', import.meta.url);
type Counted = { values: Int32Array };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function start(config: object = {}, ahead = 3): Promise<Prefetch<Counted>> {
  const prefetch = await Prefetch.start<Counted>({ entry, config, ahead });
  open.push(prefetch);
  return prefetch;
}

const counts = async (prefetch: Prefetch<Counted>, many: number) => {
  const taken: number[] = [];
  while (taken.length < many) taken.push((await prefetch.next()).values[0]!);
  return taken;
};

describe('Prefetch', () => {
  it('gives the values in order, with the state after the last that was given', async () => {
    const prefetch = await start();
    expect(prefetch.about).toEqual({ name: 'counts' });
    expect(prefetch.state).toEqual({ count: 0 });
    expect(await counts(prefetch, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(prefetch.state).toEqual({ count: 10 });
    prefetch.state = { count: 100 };
    expect(prefetch.state).toEqual({ count: 100 });
    expect(await counts(prefetch, 3)).toEqual([100, 101, 102]);
  });

  it("hands on the source's errors, and tries again", async () => {
    const prefetch = await start({ failAt: 4 });
    expect(await counts(prefetch, 4)).toEqual([0, 1, 2, 3]);
    await expect(prefetch.next()).rejects.toThrow('no 4 today');
    await expect(prefetch.next()).rejects.toThrow('no 4 today');
    expect(await counts(prefetch, 2)).toEqual([4, 5]);
    prefetch.state = { count: 'x' };
    await expect(prefetch.next()).rejects.toThrow('no state: {"count":"x"}');
  });

  it('says when the source cannot be opened, the thread ends, or an option does not fit', async () => {
    await expect(start({ openFails: true })).rejects.toThrow('cannot be opened');
    await expect(start({}, 0)).rejects.toThrow('prefetch: ahead is 0; want an integer of at least 1');
    const prefetch = await start({ endAt: 2 });
    await expect(counts(prefetch, 5)).rejects.toThrow('prefetch: the worker ended with exit code 3');
    await expect(prefetch.next()).rejects.toThrow('exit code 3');
    const missing = { entry: new URL('none.mjs', entry), config: {} };
    await expect(Prefetch.start(missing)).rejects.toThrow('none.mjs');
  });

  it('can be closed while a value is waited for', async () => {
    const prefetch = await start({ spinAt: 1 });
    expect(await counts(prefetch, 1)).toEqual([0]);
    const waiting = expect(prefetch.next()).rejects.toThrow('closed');
    await prefetch.close();
    await waiting;
    await expect(prefetch.next()).rejects.toThrow('it has been closed');
  });
});

describe('PrefetchedMlm', () => {
  let folder: string;
  let recipe: MlmRecipe;
  const tokenizer = new ByteTokenizer();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orchid-prefetch-'));
    const stories = Array.from({ length: 300 }, (_, i) => `story ${i} ${'word '.repeat(i % 30)}`);
    await writeFile(join(folder, 'stories.txt'), stories.join('\n\n'));
    recipe = { text: { paths: [folder] }, length: 32, batchSize: 4, seed: 2, buffer: 40, heldOutWindows: 9 };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is the stream without a thread, batch for batch, from any state on', async () => {
    const stream = await openMlmStream(recipe, tokenizer);
    const ahead = await PrefetchedMlm.start(recipe, tokenizer);
    open.push(ahead);
    expect([...ahead.evalBatches()]).toEqual([...stream.evalBatches()]);
    let saved: unknown;
    const rest = [];
    for (let i = 0; i < 60; i++) {
      const [one, two] = [await stream.trainBatch(), await ahead.trainBatch()];
      expect(two).toEqual(one);
      expect(ahead.state).toEqual(stream.state);
      if (i === 24) saved = JSON.parse(JSON.stringify(ahead.state));
      if (i > 24) rest.push(one);
    }
    ahead.state = saved;
    for (const batch of rest) expect(await ahead.trainBatch()).toEqual(batch);
  });

  it('says what is wrong with the texts', async () => {
    const none = { ...recipe, text: { paths: [join(folder, 'none')] } };
    await expect(PrefetchedMlm.start(none, tokenizer)).rejects.toThrow('none: there is no such file or folder');
  });

  it('does not keep a program running that has not closed it', async () => {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;
    const code = `
      import { PrefetchedMlm } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      import { ByteTokenizer } from ${JSON.stringify(import.meta.resolve('@orchid-ml/tokenizers'))};
      const data = await PrefetchedMlm.start(${JSON.stringify(recipe)}, new ByteTokenizer());
      console.log((await data.trainBatch()).ids.length);`;
    const program = join(folder, 'program.mjs');
    await writeFile(program, code);
    const options = { encoding: 'utf8', timeout: 50_000 } as const;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', tsx, program], options);
    expect(stderr).toBe('');
    expect(stdout).toBe('128\n');
    expect(status).toBe(0);
  });
});
