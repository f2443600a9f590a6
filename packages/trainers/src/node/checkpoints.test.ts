// Checkpoints on disk: exact resumption, all or nothing, and errors that name the file and keep what was there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@orchid-ml/backends';
import { createModel, type RecallModel } from '@orchid-ml/orchid-models';
import { saveModel, writeSafetensors } from '@orchid-ml/orchid-models/node';
import { CharTokenizer } from '@orchid-ml/tokenizers';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AdamW, createSchedule, recallTask, TrainingDivergedError, train } from '../index.ts';
import { checkpointDirectory, readCheckpoint, restore } from './index.ts';

const data = { length: 12, vocabSize: 10, batchSize: 4, seed: 5, evaluationSequences: 8 };
const config = {
  model_type: 'orchid-recall',
  vocab_size: 10,
  hidden_size: 8,
  num_hidden_layers: 1,
  intermediate_size: 16,
  max_position_embeddings: 12,
} as const;
const schedule = createSchedule({ kind: 'linear', warmupSteps: 3, totalSteps: 10 });
const files = ['config.json', 'model.safetensors', 'optimizer.safetensors', 'trainer_state.json'];

let root: string;
let dir: string;
beforeAll(async () => {
  await useBackend('wasm');
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'orchid-checkpoints-'));
  dir = join(root, 'run', 'checkpoint');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A run of its own from the start; losses by step. */
async function run(steps: number, out?: string) {
  const model = createModel(config, { seed: 2 });
  const task = recallTask(data);
  const optimizer = new AdamW(model, { learningRate: 5e-3 });
  const losses: number[] = [];
  const callbacks = { onStep: ({ loss }: { loss: number }) => losses.push(loss) };
  const shared = { model, task, optimizer, schedule, steps, callbacks, seed: 5 };
  await train(out === undefined ? shared : { ...shared, checkpoints: checkpointDirectory(out) });
  optimizer.dispose();
  model.dispose();
  return losses;
}

async function contents(): Promise<Map<string, string>> {
  const names = await readdir(dir);
  return new Map(await Promise.all(names.map(async (n) => [n, await readFile(join(dir, n), 'latin1')] as const)));
}

describe('checkpointDirectory', () => {
  it('goes on exactly: 10 steps are 5, a save, a load and 5', async () => {
    const before = tf.memory().numTensors;
    const whole = await run(10);
    const first = await run(5, dir);
    expect((await readdir(dir)).sort()).toEqual(files);
    expect(await readdir(join(root, 'run'))).toEqual(['checkpoint']);
    const checkpoint = await readCheckpoint(dir);
    const { state } = checkpoint;
    const model = checkpoint.model as RecallModel;
    expect([state.step, state.steps, state.seed, checkpoint.tokenizer]).toEqual([5, 5, 5, null]);
    const task = recallTask({ ...data, seed: 77 });
    const optimizer = new AdamW(model, { learningRate: 5e-3 });
    restore(checkpoint, { optimizer, task });
    const second: number[] = [];
    const callbacks = { onStep: ({ loss }: { loss: number }) => second.push(loss) };
    const checkpoints = checkpointDirectory(dir, { resumed: true });
    expect(checkpoints.last).toBe(dir);
    await train({ model, task, optimizer, schedule, steps: 10, startStep: state.step, callbacks, checkpoints });
    expect([...first, ...second]).toEqual(whole);
    optimizer.dispose();
    model.dispose();
    expect((await readCheckpoint(dir).then((c) => [c.state.step, c.model.dispose()]))[0]).toBe(10);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('saves along how inputs are made for the model, every time', async () => {
    const model = createModel(config);
    const optimizer = new AdamW(model);
    const task = recallTask(data);
    const save = (preprocessor: object | null, step: number) => {
      const checkpoints = checkpointDirectory(dir, preprocessor ? { preprocessor } : {});
      return train({ model, task, optimizer, steps: step, startStep: step - 1, checkpoints });
    };
    const saved = () => readFile(join(dir, 'preprocessor_config.json'), 'utf8').then(JSON.parse);
    await save({ task: 'recall', length: 8 }, 1);
    expect(await saved()).toEqual({ task: 'recall', length: 8 });
    await save({ task: 'recall', length: 9 }, 2);
    expect(await saved()).toEqual({ task: 'recall', length: 9 });
    // One that is of another run's model does not stay.
    await save(null, 3);
    await expect(saved()).rejects.toThrow('ENOENT');
    for (const thing of [model, optimizer]) thing.dispose();
  });

  it('saves the tokenizer along, and keeps files that are not its own', async () => {
    const model = createModel(config);
    const optimizer = new AdamW(model);
    const tokenizer = CharTokenizer.fromText('orchid');
    const checkpoints = checkpointDirectory(dir, { tokenizer });
    const task = recallTask(data);
    await train({ model, task, optimizer, steps: 1, checkpoints });
    await writeFile(join(dir, 'notes.txt'), 'mine');
    await mkdir(join(dir, 'plots'));
    await train({ model, task, optimizer, steps: 2, startStep: 1, checkpoints });
    expect((await readdir(dir)).sort()).toEqual([...files, 'notes.txt', 'plots', 'tokenizer.json'].sort());
    const checkpoint = await readCheckpoint(dir);
    expect(checkpoint.state.step).toBe(2);
    expect(checkpoint.tokenizer?.encode('hid')).toEqual(tokenizer.encode('hid'));
    for (const thing of [checkpoint.model, model, optimizer]) thing.dispose();
  });

  it.each([
    [4, 'training diverged at step 4: a parameter is not finite, and the model was not saved'],
    [5, 'training diverged at step 6: the loss is NaN, and the parameters were not updated'],
  ])('keeps the last good checkpoint when training diverges after step %i', async (spoilt, message) => {
    const model = createModel(config);
    const optimizer = new AdamW(model);
    const task = recallTask(data);
    const checkpoints = checkpointDirectory(dir);
    const onStep = ({ step }: { step: number }) => {
      if (step !== spoilt) return;
      const { variable } = model.namedParameters().get('norm.weight')!;
      tf.tidy(() => variable.assign(tf.fill(variable.shape, Number.NaN)));
    };
    const failed = train({ model, task, optimizer, steps: 9, checkpoints, checkpointEvery: 2, callbacks: { onStep } });
    const error = await failed.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TrainingDivergedError);
    expect((error as Error).message).toContain(`${message}; the last good checkpoint is ${dir}. Try`);
    expect((await readState()).step).toBe(spoilt === 4 ? 2 : 4);
    for (const thing of [model, optimizer]) thing.dispose();
  });

  it('keeps the user’s files after a crash between the swap and their move', async () => {
    await run(2, dir);
    await mkdir(`${dir}.previous`);
    await writeFile(join(`${dir}.previous`, 'notes.txt'), 'mine');
    await writeFile(join(`${dir}.previous`, 'config.json'), 'the old one');
    await run(3, dir);
    expect(await readFile(join(dir, 'notes.txt'), 'utf8')).toBe('mine');
    expect((await readState()).step).toBe(3);
    expect(existsSync(`${dir}.previous`)).toBe(false);
  });

  it('sweeps up what killed processes left, not what a living one is writing', async () => {
    const dead = spawnSync(process.execPath, ['--version']).pid;
    await mkdir(`${dir}.tmp-${dead}`, { recursive: true });
    await mkdir(`${dir}.tmp-${process.ppid}`);
    await mkdir(`${dir}.tmp-mine`);
    await run(2, dir);
    expect((await readdir(join(root, 'run'))).sort()).toEqual(
      ['checkpoint', `checkpoint.tmp-${process.ppid}`, 'checkpoint.tmp-mine'].sort(),
    );
  });

  it('finds the old contents after a crash in the middle of the swap, and goes on from there', async () => {
    await run(2, dir);
    await rename(dir, `${dir}.previous`);
    await mkdir(`${dir}.tmp-99999`);
    const { model, state } = await readCheckpoint(dir);
    expect(state.step).toBe(2);
    model.dispose();
    expect(existsSync(dir)).toBe(false);
    await run(3, dir);
    const again = await readCheckpoint(dir);
    expect(again.state.step).toBe(3);
    again.model.dispose();
    expect(existsSync(`${dir}.previous`)).toBe(false);
  });
});

describe('a folder that cannot be written', () => {
  it('is found before training starts', async () => {
    await writeFile(join(root, 'file'), '');
    const inFile = join(root, 'file', 'checkpoint');
    await expect(run(1, inFile)).rejects.toThrow(
      `checkpoint folder ${inFile}: it cannot be written: a file of that name is in the way (EEXIST)`,
    );
    await expect(run(1, join(root, 'file'))).rejects.toThrow('it cannot be written: file is a file; want a folder');
    await expect(run(1, '/proc/orchid')).rejects.toThrow('checkpoint folder /proc/orchid: it cannot be written: ');
    await expect(run(1, '/proc/orchid/run/checkpoint')).rejects.toThrow('it cannot be written: ');
  });

  it('is not somebody else’s', async () => {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'thesis.tex'), 'mine');
    await expect(run(1, dir)).rejects.toThrow('it holds other files (thesis.tex); want a new or empty folder');
    expect(await readdir(dir)).toEqual(['thesis.tex']);
    expect(await readdir(join(root, 'run'))).toEqual(['checkpoint']);
  });

  it('leaves the checkpoint before as it was', async () => {
    await run(2, dir);
    const before = await contents();
    const model = createModel(config);
    const optimizer = new AdamW(model);
    const checkpoints = checkpointDirectory(dir, { resumed: true });
    // The state cannot be written as JSON: the failure comes after the weights are on disk, as with a full disk.
    const state = { ...(await readState()), seed: 10n as never };
    await expect(checkpoints.save({ model, optimizer, state })).rejects.toThrow(
      /^checkpoint folder .*: step 2 could not be saved: .*BigInt.*; the one before it is kept$/,
    );
    expect(await contents()).toEqual(before);
    expect(await readdir(join(root, 'run'))).toEqual(['checkpoint']);
    for (const thing of [model, optimizer]) thing.dispose();
  });
});

async function readState() {
  const { state, model } = await readCheckpoint(dir);
  model.dispose();
  return state;
}

describe('readCheckpoint refuses', () => {
  beforeEach(async () => {
    await run(2, dir);
  });

  const refused = async (message: string | RegExp) => {
    const before = tf.memory().numTensors;
    await expect(readCheckpoint(dir)).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  };

  it('a folder that is not there', async () => {
    const none = join(root, 'none');
    await expect(readCheckpoint(none)).rejects.toThrow(`checkpoint ${none}: there is none: no such file or folder`);
  });

  it.each(['model.safetensors', 'optimizer.safetensors'])('a truncated %s', async (name) => {
    await truncate(join(dir, name), 2000);
    await refused(new RegExp(`${name}.*truncated`));
  });

  it('a missing optimizer.safetensors', async () => {
    await rm(join(dir, 'optimizer.safetensors'));
    await refused('optimizer.safetensors');
  });

  it.each([
    ['{', /trainer_state.json: .*JSON/],
    ['[]', 'trainer state: it is no object'],
    ['{"version":2}', 'trainer state: version is 2; this program reads 1'],
    ['{"version":1,"step":-1}', 'trainer state: step is -1; want an integer of at least 0'],
    ['{"version":1,"step":1,"steps":2,"seed":"a"}', 'trainer state: seed is "a"; want a number or null'],
    ['{"version":1,"step":1,"steps":2,"seed":1,"clipNorm":null,"schedule":null,"optimizer":{}}', 'task wants a name'],
  ])('a trainer_state.json of %s', async (text, message) => {
    await writeFile(join(dir, 'trainer_state.json'), text);
    await refused(message);
  });

  it('a tokenizer.json that is none', async () => {
    await writeFile(join(dir, 'tokenizer.json'), '{"type":"bpe"}');
    await refused(/cannot read .*tokenizer.json: tokenizerFromJSON: type is "bpe"/);
  });

  it('weights of another model, and an optimiser state of another model', async () => {
    const other = createModel({ ...config, hidden_size: 16 });
    await saveModel(join(root, 'other'), other);
    await rename(join(root, 'other', 'model.safetensors'), join(dir, 'model.safetensors'));
    await refused(/model.safetensors.*(belongs to another model|does not fit)/);
    await run(2, dir);
    const optimizer = new AdamW(other);
    await writeSafetensors(join(dir, 'optimizer.safetensors'), await optimizer.state());
    const checkpoint = await readCheckpoint(dir);
    const own = new AdamW(checkpoint.model);
    expect(() => restore(checkpoint, { optimizer: own, task: recallTask(data) })).toThrow(/AdamW.loadState: 'exp_avg/);
    for (const thing of [other, optimizer, own, checkpoint.model]) thing.dispose();
  });

  it('a run of another task', async () => {
    const path = join(dir, 'trainer_state.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"name": "recall"', '"name": "mlm"'));
    const checkpoint = await readCheckpoint(dir);
    const optimizer = new AdamW(checkpoint.model);
    expect(() => restore(checkpoint, { optimizer, task: recallTask(data) })).toThrow(
      "restore: the checkpoint is of the task 'mlm', not 'recall'",
    );
    for (const thing of [optimizer, checkpoint.model]) thing.dispose();
  });
});
