// A disk that fills up while a checkpoint is written, and one that is full before the run: simulated at the file calls.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { useBackend } from '@orchid-ml/backends';
import { createModel } from '@orchid-ml/orchid-models';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdamW, recallTask, train } from '../index.ts';
import { checkpointDirectory, readCheckpoint } from './index.ts';

/** Files opened for writing whose name has this in it cannot be written to. */
const disk = vi.hoisted(() => ({ full: '' }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const open: typeof real.open = async (path, flags, mode) => {
    const handle = await real.open(path, flags, mode);
    if (disk.full && String(flags).startsWith('w') && basename(String(path)).includes(disk.full)) {
      handle.writeFile = async () => {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      };
    }
    return handle;
  };
  return { ...real, open, default: { ...real, open } };
});

let root: string;
beforeAll(async () => {
  await useBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'orchid-full-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const data = { length: 8, vocabSize: 10, batchSize: 2, seed: 0 };
const config = {
  model_type: 'orchid-recall',
  vocab_size: 10,
  hidden_size: 8,
  num_hidden_layers: 1,
  intermediate_size: 8,
  max_position_embeddings: 8,
} as const;

describe('a full disk', () => {
  it.each(['model.safetensors', 'config.json', 'optimizer.safetensors', 'trainer_state.json'])(
    'at %s keeps the checkpoint before, whole, and says so',
    async (name) => {
      disk.full = '';
      const dir = join(root, name, 'checkpoint');
      const model = createModel(config);
      const optimizer = new AdamW(model);
      const checkpoints = checkpointDirectory(dir);
      const run = { model, optimizer, task: recallTask(data), checkpoints };
      await train({ ...run, steps: 2 });
      const files = await readdir(dir);
      const before = await Promise.all(files.map((file) => readFile(join(dir, file))));
      disk.full = name;
      await expect(train({ ...run, steps: 4, startStep: 2 })).rejects.toThrow(
        `checkpoint folder ${dir}: step 4 could not be saved: the disk is full (ENOSPC); the one before it is kept`,
      );
      disk.full = '';
      expect(await Promise.all(files.map((file) => readFile(join(dir, file))))).toEqual(before);
      expect(await readdir(join(root, name))).toEqual(['checkpoint']);
      const checkpoint = await readCheckpoint(dir);
      expect(checkpoint.state.step).toBe(2);
      for (const thing of [checkpoint.model, model, optimizer]) thing.dispose();
    },
  );

  it('is noticed before the first step', async () => {
    disk.full = 'probe';
    const dir = join(root, 'early');
    const model = createModel(config);
    const optimizer = new AdamW(model);
    const steps: number[] = [];
    const callbacks = { onStep: ({ step }: { step: number }) => steps.push(step) };
    const checkpoints = checkpointDirectory(dir);
    const run = train({ model, optimizer, task: recallTask(data), checkpoints, steps: 2, callbacks });
    await expect(run).rejects.toThrow(`checkpoint folder ${dir}: it cannot be written: the disk is full (ENOSPC)`);
    expect(steps).toEqual([]);
    expect(await readdir(root)).not.toContain('early');
    for (const thing of [model, optimizer]) thing.dispose();
  });
});
