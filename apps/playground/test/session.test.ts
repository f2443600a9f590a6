// The run of the page Learn, in Node: it learns, goes on from its files to the bit, and its files are a checkpoint.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@orchid-ml/backends';
import { openPipeline } from '@orchid-ml/pipelines/node';
import { readCheckpoint } from '@orchid-ml/trainers/node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { pack, unpack } from '../src/compute/archive.ts';
import { filesOf, sessionOf } from '../src/compute/learn/files.ts';
import { RecallSession } from '../src/compute/learn/session.ts';
import { DEFAULT_LEARN, type LearnProgress, type LearnSettings } from '../src/shared/learn.ts';

const tiny: LearnSettings = { ...DEFAULT_LEARN, length: 8, vocabSize: 6, width: 8, batchSize: 4 };

/** Trains some steps, and gives their losses. */
async function steps(session: RecallSession, count: number): Promise<number[]> {
  const losses: number[] = [];
  const until = session.status.step + count;
  const news = ({ steps }: LearnProgress) => {
    for (const { step, loss } of steps) if (step <= until) losses.push(loss);
    if (session.status.step >= until) void session.pause();
  };
  await session.run(news);
  return losses.slice(0, count);
}

describe('a session', () => {
  beforeAll(async () => {
    await useBackend('wasm', { blas: 'off' });
  });

  it.each(['orchid', 'attention'] as const)('goes on from its file as if it had never stopped: %s', async (mixer) => {
    const before = tf.memory().numTensors;
    const first = new RecallSession({ ...tiny, mixer });
    expect(first.status).toMatchObject({ state: 'fresh', step: 0 });
    await steps(first, 10);
    const files = await filesOf(first);
    const { step } = first.status;
    expect(step).toBeGreaterThanOrEqual(10);
    const second = sessionOf(unpack(new Map([['run.zip', pack(files)]])));
    expect(second.status).toMatchObject({ state: 'paused', step, settings: { ...tiny, mixer } });
    expect(await steps(second, 5)).toEqual(await steps(first, 5));
    await first.dispose();
    await second.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('answers questions while it trains', async () => {
    const session = new RecallSession(tiny);
    let asked: Promise<unknown> | null = null;
    const run = session.run(() => {
      asked ??= session.ask({ sequence: 'k0 v1 k1 v0 => k0', seed: 1 }).finally(() => void session.pause());
    });
    await run;
    await expect(asked).resolves.toMatchObject({ expected: 'v1' });
    await expect(session.ask({ sequence: 'k9', seed: 1 })).rejects.toThrow('token 1 is k9');
    await session.dispose();
  });

  it('saves what orchid and Python read: a checkpoint', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orchid-playground-'));
    const session = new RecallSession(tiny);
    await steps(session, 3);
    for (const [name, bytes] of await filesOf(session)) writeFileSync(join(folder, name), bytes);
    const checkpoint = await readCheckpoint(folder);
    expect(checkpoint.state).toMatchObject({ step: session.status.step, task: { name: 'recall' } });
    const pipeline = await openPipeline(folder);
    const sequence = 'k0 v1 k1 v0 => k0';
    const [answer] = await pipeline.run([pipeline.prepare({ sequence } as never)] as never);
    expect(answer).toEqual(await session.ask({ sequence, seed: 0 }));
    checkpoint.model.dispose();
    pipeline.dispose();
    await session.dispose();
    rmSync(folder, { recursive: true });
  });

  it('opens weights alone, and says what it cannot open', async () => {
    const session = new RecallSession(tiny);
    const files = await filesOf(session);
    const weights = files.get('model.safetensors')!;
    const again = sessionOf(new Map([['some-name.safetensors', weights]]));
    expect(again.status).toMatchObject({ step: 0, settings: { length: 8, vocabSize: 6, width: 8 } });
    await again.dispose();
    await session.dispose();
    expect(() => sessionOf(new Map())).toThrow('there is no model.safetensors among the files (nothing)');
    expect(() => sessionOf(new Map([['model.safetensors', weights.subarray(0, 100)]]))).toThrow(/safetensors/i);
    expect(() => sessionOf(new Map([...files, ['trainer_state.json', new Uint8Array([123])]]))).toThrow(
      'trainer_state.json: ',
    );
    expect(() => unpack(new Map([['broken.zip', new Uint8Array(50)]]))).toThrow(
      'broken.zip: the archive cannot be read',
    );
    expect(() =>
      unpack(
        new Map([
          ['a.zip', pack(files)],
          ['config.json', new Uint8Array(2)],
        ]),
      ),
    ).toThrow('there are two files called config.json');
  });

  it('frees all it made of files that do not fit each other', async () => {
    const before = tf.memory().numTensors;
    const session = new RecallSession(tiny);
    await steps(session, 2);
    const files = await filesOf(session);
    const wide = new RecallSession({ ...tiny, width: 16 });
    const others = await filesOf(wide);
    await wide.dispose();
    await session.dispose();
    for (const name of ['optimizer.safetensors', 'trainer_state.json']) {
      const mixed = new Map([...files, [name, name.startsWith('opt') ? others.get(name)! : new Uint8Array([123])]]);
      expect(() => sessionOf(mixed)).toThrow();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes of a folder what is a model, and the nearest of equal names', () => {
    const file = (text: string) => new TextEncoder().encode(text);
    const archive = pack(
      new Map([
        ['bert/config.json', file('top')],
        ['bert/onnx/config.json', file('below')],
        ['bert/.git/config.json', file('hidden')],
        ['__MACOSX/bert/._config.json', file('hidden')],
        ['bert/pytorch_model.bin', file('for another program')],
        ['bert/vocab.txt', file('[PAD]')],
      ]),
    );
    const found = unpack(new Map([['bert.zip', archive]]));
    expect([...found].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([
      ['config.json', 'top'],
      ['vocab.txt', '[PAD]'],
    ]);
  });

  it('says when it diverges', async () => {
    const session = new RecallSession({ ...tiny, learningRate: 1e30 });
    const status = await session.run(() => {});
    expect(status).toMatchObject({ state: 'diverged', note: expect.stringContaining('training diverged at step') });
    await session.dispose();
  });
});
