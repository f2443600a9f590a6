// Every route with a real model: the answers are those of `orchid predict --json`, bit for bit, and do not depend on the batch.
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasWebGpu } from '../../../packages/backends/src/testing/webgpu.ts';
import { client, type Running, start, testFolder, until } from './fake-server.ts';
import { type RealModel, realWorkers, toneWav, writeModel, writeModels } from './real-models.ts';

const orchid = fileURLToPath(new URL('../../train/bin/orchid.mjs', import.meta.url));
const folder = testFolder();
let paths: Readonly<Record<RealModel, string>>;
let png: Buffer;
let wav: Buffer;
beforeAll(async () => {
  paths = await writeModels(folder);
  const pixels = Buffer.from(Array.from({ length: 20 * 16 }, (_, i) => (i * 37) % 256));
  png = await sharp(pixels, { raw: { width: 20, height: 16, channels: 1 } })
    .png()
    .toBuffer();
  wav = toneWav(440, 8000, 1000);
  writeFileSync(join(folder, 'a.png'), png);
  writeFileSync(join(folder, 'a.wav'), wav);
});

/** What the command prints for a model. */
async function predict(model: RealModel, ...argv: string[]): Promise<unknown> {
  const run = promisify(execFile);
  const { stdout, stderr } = await run(process.execPath, [orchid, 'predict', paths[model], ...argv, '--json'], {
    cwd: folder,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** The command also says which file it was. */
const withoutFile = (printed: unknown) => ({ guesses: (printed as { readonly guesses: unknown }).guesses });

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const file = (type: string, body: Buffer): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': type },
  body: body as unknown as BodyInit,
});

const gpu = await hasWebGpu();

describe('with real models', () => {
  it('answers as the command does, alone and in a batch', async () => {
    // The server is a process of its own, as the command is: engines have the same bits then.
    const child = spawn(process.execPath, [orchid, 'serve', ...Object.values(paths), '--port', '0', '--workers', '1'], {
      cwd: folder,
    });
    afterAll(() => child.kill('SIGKILL'));
    let errors = '';
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors += chunk;
    });
    await until(() => errors.includes('ready on '), 'the server is ready', 50);
    const { send, begun } = client(/listening at (\S+),/.exec(errors)![1]!);
    const answer = async (path: string, init: RequestInit) => {
      const { status, body } = await send(path, init);
      expect(status, JSON.stringify(body)).toBe(200);
      return body as unknown;
    };

    const sequence = 'k3 v5 k1 v2 k0 v7 => k1';
    const text = 'the qu[MASK]ck br[MASK]wn fox';
    const [recalled, filled, image, sound, mood] = await Promise.all([
      predict('recall', sequence),
      predict('letters', text, '--top', '3'),
      predict('pictures', 'a.png').then(withoutFile),
      predict('sounds', 'a.wav').then(withoutFile),
      predict('moods', 'the lazy dog'),
    ]);
    expect(await answer('/v1/recall', json({ sequence }))).toEqual(recalled);
    expect(await answer('/v1/fill-mask', json({ text, top: 3 }))).toEqual(filled);
    const hidden = text.replaceAll('[MASK]', '_');
    expect(await answer('/v1/fill-mask', json({ text: hidden, mask: '_', top: 3 }))).toEqual(filled);
    expect(await answer('/v1/classify', file('image/png', png))).toEqual(image);
    expect(await answer('/v1/classify', json({ image: png.toString('base64') }))).toEqual(image);
    expect(await answer('/v1/classify', file('audio/wav', wav))).toEqual(sound);
    expect(await answer('/v1/classify', json({ audio: wav.toString('base64'), model: 'sounds' }))).toEqual(sound);
    expect(await answer('/v1/classify', json({ text: 'the lazy dog' }))).toEqual(mood);

    // Batches of other inputs beside it: the same answer, but for rounding.
    const texts = Array.from({ length: 24 }, (_, i) => (i % 3 ? `the lazy dog ${'abc'[i % 3]}` : 'the lazy dog'));
    const single = (await answer('/v1/classify', json({ text: 'the lazy dog' }))) as {
      guesses: { probability: number }[];
    };
    const many = await Promise.all(texts.map((one) => send('/v1/classify', json({ text: one }))));
    expect(Math.max(...many.map(({ headers }) => Number(headers.get('x-batch-size'))))).toBeGreaterThan(1);
    for (const [i, { body }] of many.entries())
      if (i % 3 === 0)
        expect((body as unknown as typeof single).guesses[0]!.probability).toBeCloseTo(
          single.guesses[0]!.probability,
          5,
        );

    // Told to end under load: every request is answered, and the exit code is 0.
    const before = await begun();
    const replies = Array.from({ length: 40 }, () => send('/v1/fill-mask', json({ text })));
    await until(async () => (await begun()) >= before + 40, 'all are taken');
    child.kill('SIGTERM');
    const statuses = (await Promise.all(replies)).map(({ status }) => status);
    expect(statuses).toEqual(Array(40).fill(200));
    const code = await new Promise((resolve) =>
      child.exitCode === null ? child.on('exit', resolve) : resolve(child.exitCode),
    );
    expect(code).toBe(0);
  });

  it.skipIf(!gpu)('answers on webgpu as on wasm, alone and in a batch', async () => {
    type Answer = { guesses: { token: string; probability: number }[] };
    const ask = (on: Running) => () => on.send<Answer>('/v1/recall', json({ sequence: 'k3 v5 k1 v2 k0 v7 => k1' }));
    const paths = [await writeModel(join(folder, 'on-webgpu'), 'recall')];
    const wasm = await start(paths, { backend: 'wasm', workers: 1 }, realWorkers);
    const { body: wanted } = await ask(wasm)();
    const webgpu = await start(paths, { backend: 'webgpu', workers: 1 }, realWorkers);
    const answers = [await ask(webgpu)(), ...(await Promise.all(Array.from({ length: 12 }, ask(webgpu))))];
    expect(Math.max(...answers.map(({ headers }) => Number(headers.get('x-batch-size'))))).toBeGreaterThan(1);
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body.guesses.map(({ token }) => token)).toEqual(wanted.guesses.map(({ token }) => token));
      body.guesses.forEach(({ probability }, i) => {
        expect(probability).toBeCloseTo(wanted.guesses[i]!.probability, 4);
      });
    }
  });

  describe('in this process', () => {
    let running: Running;
    const send = <T = { error: { code: string; message: string } }>(path: string, init?: RequestInit) =>
      running.send<T>(path, init);

    it('embeds', async () => {
      running = await start(Object.values(paths), { backend: 'wasm', reloadMs: 50 }, realWorkers);
      const embed = async (init: RequestInit, query = '') => {
        const { status, body } = await send<{ embedding: number[] }>(`/v1/embeddings${query}`, init);
        expect(status, JSON.stringify(body)).toBe(200);
        expect(body.embedding).toHaveLength(16);
        expect(body.embedding.every((value) => Number.isFinite(value) && Math.fround(value) === value)).toBe(true);
        return body.embedding;
      };
      const one = await embed(json({ text: 'the fox', model: 'letters' }));
      expect(await embed(json({ text: 'the fox', model: 'letters' }))).toEqual(one);
      expect(await embed(json({ text: 'the dog', model: 'letters' }))).not.toEqual(one);
      await embed(json({ text: 'the fox', model: 'moods' }));
      await embed(json({ sequence: 'k0 v0 => k0' }));
      await embed(file('image/png', png));
      await embed(file('audio/wav', wav), '?model=sounds');

      // What a model cannot take is named.
      const refused = async (path: string, init: RequestInit) => (await send(path, init)).body.error;
      expect(await refused('/v1/fill-mask', json({ text: 'no masks' }))).toMatchObject({ code: 'invalid_input' });
      expect((await refused('/v1/fill-mask', json({ text: 'x[MASK]'.repeat(40) }))).message).toMatch(
        /80 tokens.*at most 64/,
      );
      expect((await refused('/v1/recall', json({ sequence: 'k99 v1 => k99' }))).message).toMatch(
        /^sequence: token 1 is k99/,
      );
      expect((await refused('/v1/classify', json({ text: 'a', textPair: 'b' }))).message).toMatch(/^textPair is given/);
      const cut = png.subarray(0, 60);
      expect(await refused('/v1/classify', file('image/png', cut))).toMatchObject({ code: 'invalid_input' });

      // A folder that is saved to anew.
      const ask = json({ sequence: 'k0 v0 => k0' });
      const before = await send<{ guesses: unknown }>('/v1/recall', ask);
      await writeModel(paths.recall, 'recall', 2);
      await until(
        async () => (await send('/v1/recall', ask)).headers.get('x-model-version') !== '1',
        'the new version answers',
      );
      expect((await send<{ guesses: unknown }>('/v1/recall', ask)).body.guesses).not.toEqual(before.body.guesses);
    });
  });
});
