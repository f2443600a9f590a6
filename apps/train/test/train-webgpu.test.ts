// Training on webgpu, through the command: the losses of the cpu engine, no memory that grows, and an end as clean as any.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasHalf, hasWebGpu } from '../../../packages/backends/src/testing/webgpu.ts';
import { orchid, testFolder } from './run-orchid.ts';

const folder = testFolder();
const recall = ['train', 'recall', '--preset', 'recall-tiny'];
const gpu = ['--backend', 'webgpu'];

interface Line {
  readonly kind: 'step' | 'evaluation';
  readonly step: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly memory: { readonly tensors: number; readonly deviceBytes: number; readonly residentBytes: number };
}

const lines = (name: string): Line[] =>
  readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const steps = (name: string) => lines(name).filter(({ kind }) => kind === 'step');

const withHalf = await hasHalf();

describe.runIf(await hasWebGpu())('orchid train --backend webgpu', () => {
  it('recall: the first 50 losses are those of the cpu engine to 1e-3, none of them left out', async () => {
    const long = ['--steps', '50', '--set', 'training.evaluate_every=25', '--set', 'training.checkpoint_every=50'];
    const { code, output, errors } = await orchid(folder, ...recall, ...long, ...gpu, '--out', 'gpu');
    expect([code, errors]).toEqual([0, '']);
    expect(output).toMatch(/engine +TensorFlow\.js 4\.22\.0, WebGPU on \S.*, Node/);
    await orchid(folder, ...recall, ...long, '--backend', 'cpu', '--out', 'cpu');
    const [got, want] = [steps('gpu'), steps('cpu')];
    expect(got.map(({ step }) => step)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    for (const [i, { loss }] of want.entries())
      expect(Math.abs(got[i]!.loss - loss), `step ${i + 1}`).toBeLessThan(1e-3);
    expect(want[49]!.loss).not.toBeCloseTo(want[0]!.loss, 2);
    for (const { gradientNorm } of got) expect(gradientNorm).toBeGreaterThan(0);
  });

  it.runIf(withHalf)('recall in mixed precision: the first 50 losses are those of float32 to 1e-3', async () => {
    // Large enough for its tensors to be worth halving.
    const set = ['model.hidden_size=32', 'training.batch_size=8', 'training.evaluate_every=50'];
    const long = ['--steps', '50', ...set.flatMap((key) => ['--set', key]), ...gpu];
    const mixed = await orchid(folder, ...recall, ...long, '--precision', 'mixed', '--out', 'mixed');
    expect([mixed.code, mixed.errors]).toEqual([0, '']);
    expect(mixed.output).toMatch(/engine +TensorFlow\.js .*, mixed precision, Node/);
    const single = await orchid(folder, ...recall, ...long, '--out', 'single');
    expect(single.output).not.toContain('mixed precision');
    const [got, want] = [steps('mixed'), steps('single')];
    // The first one hangs on no gradient.
    expect(got[0]!.loss).toBe(want[0]!.loss);
    expect(got.map(({ loss }) => loss)).not.toEqual(want.map(({ loss }) => loss));
    for (const [i, { loss }] of want.entries())
      expect(Math.abs(got[i]!.loss - loss), `step ${i + 1}`).toBeLessThan(1e-3);
  });

  it('mlm: learns characters, and fills masks with what it learned', async () => {
    writeFileSync(join(folder, 'text.txt'), 'the quick brown fox jumps over the lazy dog; '.repeat(200));
    const { code, errors } = await orchid(
      folder,
      ...['train', 'mlm', '--preset', 'mlm-tiny', '--text', 'text.txt', '--steps', '6', '--out', 'mlm'],
      ...gpu,
    );
    expect([code, errors]).toEqual([0, '']);
    expect(steps('mlm')).toHaveLength(6);
    const { output } = await orchid(folder, 'predict', 'mlm', 'the qu[MASK]ck', '--json', ...gpu);
    expect(JSON.parse(output).masks).toHaveLength(1);
  });

  it('goes on as if there had been no stop', async () => {
    // The schedule is stretched over all steps, so a stop is made where a checkpoint is.
    const whole = [...recall, ...gpu, '--set', 'schedule.kind=constant', '--set', 'training.evaluate_every=100'];
    await orchid(folder, ...whole, '--steps', '9', '--out', 'whole');
    await orchid(folder, ...whole, '--steps', '5', '--out', 'broken');
    const resumed = await orchid(folder, 'train', 'recall', '--resume', 'broken', '--steps', '9', ...gpu);
    expect(resumed.errors).toBe('');
    expect(steps('broken').map(({ loss }) => loss)).toEqual(steps('whole').map(({ loss }) => loss));
    const weights = (name: string) => readFileSync(join(folder, name, 'checkpoint/model.safetensors'));
    expect(weights('broken').equals(weights('whole'))).toBe(true);
  });

  it('100 steps: tensors and bytes on the device stay as they are', async () => {
    const often = ['--set', 'training.evaluate_every=20', '--set', 'training.checkpoint_every=50'];
    await orchid(folder, ...recall, ...gpu, ...often, '--steps', '100', '--out', 'flat');
    const memory = lines('flat').flatMap(({ kind, memory }) => (kind === 'evaluation' ? [memory] : []));
    expect(memory).toHaveLength(5);
    for (const { tensors, deviceBytes } of memory.slice(1)) {
      expect(tensors).toBe(memory[1]!.tensors);
      expect(deviceBytes).toBe(memory[1]!.deviceBytes);
    }
  });

  it('measures and asks a model, whichever engine trained it', async () => {
    await orchid(folder, ...recall, '--backend', 'wasm', '--steps', '3', '--out', 'wasm');
    const measured = async (backend: string) => {
      const { output } = await orchid(folder, 'eval', 'wasm', '--sequences', '40', '--json', '--backend', backend);
      return JSON.parse(output) as { backend: string; loss: number };
    };
    const [one, other] = [await measured('webgpu'), await measured('wasm')];
    expect(one.backend).toBe('webgpu');
    expect(one.loss).toBeCloseTo(other.loss, 4);
  });

  it('is one worker', async () => {
    const { code, errors } = await orchid(folder, ...recall, ...gpu, '--workers', '2');
    expect(code).toBe(2);
    expect(errors).toContain('--workers 2: the engine is webgpu, and one device is one worker');
  });

  it('bench step and conv count dispatches and bytes, and name programs', async () => {
    const small = ['--batch', '1', '--length', '16', '--width', '8', '--repeats', '1', '--json', ...gpu];
    const step = await orchid(folder, 'bench', 'step', ...small, '--layers', '1', '--vocab', '8', '--profile');
    const line = JSON.parse(step.output);
    expect(line).toMatchObject({ bench: 'step', backend: 'webgpu' });
    expect(line.dispatches).toBeGreaterThan(20);
    expect(line.megabytes).toBeGreaterThan(0);
    expect(line.floorMs).toBeGreaterThan(0);
    const counted = line.profile.map(({ dispatches }: { dispatches: number }) => dispatches);
    expect(counted.reduce((a: number, b: number) => a + b, 0)).toBe(line.dispatches);
    expect(line.profile.map(({ name }: { name: string }) => name)).toContain('AdamW');
    const conv = JSON.parse((await orchid(folder, 'bench', 'conv', ...small)).output);
    expect(conv.dispatches).toBe(1);
    // Signal and kernel read, result written.
    expect(conv.megabytes).toBeCloseTo((3 * 4 * 16 * 8) / 1e6, 5);
  });

  it('a process ends by itself', () => {
    const program = fileURLToPath(new URL('../bin/orchid.mjs', import.meta.url));
    const argv = [program, ...recall, ...gpu, '--steps', '2', '--out', 'process'];
    const { status, stdout } = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8', timeout: 50_000 });
    expect(status).toBe(0);
    expect(stdout).toContain('Try next');
  });
});
