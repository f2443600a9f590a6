// The commands around training: bench, doctor, and the program as a process of its own.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { orchid, testFolder } from './run-orchid.ts';

const folder = testFolder();
const bin = fileURLToPath(new URL('../bin/orchid.mjs', import.meta.url));

describe('orchid bench', () => {
  const lines = async (...argv: string[]) => {
    const { code, output, errors } = await orchid(folder, 'bench', ...argv, '--json', '--repeats', '3');
    expect(errors).toBe('');
    expect(code).toBe(0);
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  it('fft: points and gflops, a line for each length', async () => {
    for (const op of ['rfft', 'irfft', 'fft', 'ifft', 'dct', 'idct']) {
      const [first, second] = await lines('fft', '--op', op, '--length', '64,30', '--batch', '8');
      expect(first).toMatchObject({ bench: 'fft', backend: 'wasm', op, batch: 8, length: 64 });
      expect(second.length).toBe(30);
      expect(first.medianMs).toBeGreaterThan(0);
      expect(first.pointsPerSecond).toBeGreaterThan(0);
      expect(first.gflops).toBeGreaterThan(0);
    }
    expect((await lines('fft', '--axis', '0', '--length', '64', '--backend', 'cpu'))[0]).toMatchObject({
      axis: 0,
      backend: 'cpu',
    });
  });

  it('conv: forward, and with gradients', async () => {
    const sizes = ['--batch', '2', '--length', '32', '--width', '8'];
    expect((await lines('conv', ...sizes))[0]).toMatchObject({ bench: 'conv', direction: 'forward', width: 8 });
    expect((await lines('conv', ...sizes, '--backward'))[0]).toMatchObject({ direction: 'forward+backward' });
  });

  it('step: tokens a second', async () => {
    const sizes = ['--batch', '2', '--length', '16', '--width', '8', '--layers', '1', '--vocab', '10'];
    for (const transform of ['dft', 'dct']) {
      const [line] = await lines('step', ...sizes, '--transform', transform);
      expect(line).toMatchObject({ bench: 'step', transform, batch: 2, length: 16, layers: 1 });
      expect(line.tokensPerSecond).toBeGreaterThan(0);
    }
  });

  it('step: attention, micro-batches and recomputation', async () => {
    const sizes = ['--batch', '4', '--length', '64', '--width', '8', '--layers', '2', '--vocab', '10'];
    const [whole] = await lines('step', ...sizes, '--mixer', 'attention');
    const [less] = await lines('step', ...sizes, '--mixer', 'attention', '--micro-batches', '4', '--recompute');
    expect(whole).toMatchObject({ mixer: 'attention', microBatches: 1, recompute: false });
    expect(less).toMatchObject({ mixer: 'attention', microBatches: 4, recompute: true, parameters: whole.parameters });
    expect(less.heapPeakBytes).toBeLessThan(whole.heapPeakBytes);
    expect(less.maxRssBytes).toBeGreaterThan(less.heapPeakBytes);
    expect((await orchid(folder, 'bench', 'step', '--mixer', 'rnn')).errors).toMatch(
      /--mixer rnn: want orchid, attention, hyena/,
    );
  });

  it('step: predicts its memory, and refuses what cannot fit before it starts', async () => {
    const sizes = ['--batch', '2', '--length', '256', '--width', '16', '--layers', '1', '--vocab', '10'];
    const [line] = await lines('step', ...sizes, '--recompute');
    expect(line.heapPredictedBytes / line.heapPeakBytes).toBeGreaterThan(0.85);
    expect(line.heapPredictedBytes / line.heapPeakBytes).toBeLessThan(1.15);
    const huge = ['--batch', '256', '--length', '65536', '--width', '16', '--layers', '1', '--vocab', '10'];
    const { code, errors } = await orchid(folder, 'bench', 'step', ...huge);
    expect(code).toBe(1);
    expect(errors).toMatch(
      /a step does not fit the memory: micro-batches of 256 sequences of 65,536 tokens without recomputation takes [\d.]+ GB.* What would fit: micro-batches of \d+ sequences/,
    );
  });

  it('step --profile: what each kernel costs, and nothing unaccounted for', async () => {
    const sizes = ['--batch', '2', '--length', '16', '--width', '8', '--layers', '1', '--vocab', '10'];
    const [{ profile, medianMs }] = await lines('step', ...sizes, '--profile');
    expect(medianMs).toBeGreaterThan(0);
    const kernel = (name: string) => profile.kernels.find((row: { kernel: string }) => row.kernel === name);
    expect(kernel('OrchidLinear')).toMatchObject({
      phaseMs: { forward: expect.any(Number), backward: 0, optimizer: 0 },
    });
    expect(kernel('OrchidLinear').flops).toBeGreaterThan(0);
    expect(kernel('OrchidLinearGrad').phaseMs.backward).toBeGreaterThan(0);
    expect(profile.phaseMs.optimizer).toBeGreaterThan(0);
    // Two products of x·Wᵀ's size on the way back for each on the way forward: the output layer's alone are this many.
    expect(profile.floor.flops).toBeGreaterThan(3 * 2 * (2 * 16) * 8 * 10);
    expect(profile.kernelsMs + profile.restMs).toBeCloseTo(profile.stepMs, 6);
    const { output } = await orchid(folder, 'bench', 'step', ...sizes, '--profile', '--repeats', '1');
    expect(output).toMatch(/kernel +calls +ms +share +forward[\s\S]*the rest: JavaScript and dispatch[\s\S]*the floor/);
  });

  it('scale: a curve for each mixer, which ends at what cannot run', async () => {
    const sizes = ['--tokens', '64', '--micro-tokens', '32', '--width', '8', '--layers', '1'];
    const points = await lines('scale', ...sizes, '--length', '32,16');
    expect(points.map(({ mixer, length, batch, microBatches }) => [mixer, length, batch, microBatches])).toEqual([
      ['orchid', 16, 4, 2],
      ['orchid', 32, 2, 2],
      ['attention', 16, 4, 2],
      ['attention', 32, 2, 2],
    ]);
    for (const { medianMs, growth, heapPeakBytes, maxRssBytes, recompute } of points) {
      expect(medianMs).toBeGreaterThan(0);
      expect(growth).toBeGreaterThan(0);
      expect(maxRssBytes).toBeGreaterThan(heapPeakBytes);
      expect(recompute).toBe(false);
    }
    // 131,072² scores are 64 GiB, which no heap of 4 GiB has room for.
    const refused = await lines('scale', ...sizes, '--mixer', 'attention', '--length', '16,131072,262144');
    expect(refused.map(({ length }) => length)).toEqual([16, 131_072]);
    expect(refused[1]).toMatchObject({ recompute: true, growth: null });
    expect(refused[1].cannot).toMatch(/no room for|does not fit/);
    expect((await orchid(folder, 'bench', 'scale', '--mixer', 'rnn')).errors).toMatch(
      /--mixer rnn: want orchid, attention, hyena/,
    );
    expect((await orchid(folder, 'bench', 'scale', '--transform', 'z')).errors).toMatch(
      /--transform z: want dft or dct/,
    );
  });

  it('prints words without --json, and refuses what there is not', async () => {
    expect((await orchid(folder, 'bench', 'fft', '--length', '16', '--repeats', '1')).output).toMatch(
      /engine: Tensor.*\nbench fft .*medianMs/,
    );
    expect((await orchid(folder, 'bench', 'fft', '--op', 'fht')).errors).toMatch(/--op fht: .*want rfft, irfft/);
    expect((await orchid(folder, 'bench', 'step', '--transform', 'z')).code).toBe(2);
  });
});

describe('orchid doctor', () => {
  it('tries the engines and says what works', async () => {
    const { code, output } = await orchid(folder, 'doctor');
    expect(output).toMatch(/wasm +ok .*SIMD.*heap [\d.]+ MiB now/);
    expect(output).toMatch(/cpu +ok /);
    expect(output).toMatch(/webgpu +(ok .*WebGPU on .*\n +its limits +buffers of [\d.]+ .iB|none .*)/);
    expect(output).toMatch(/@tensorflow\/tfjs-core +4\.22\.0/);
    expect(output).toMatch(/Training works here, with the engine wasm\./);
    expect(code).toBe(0);
  });

  it('--json says the same to a program', async () => {
    const report = JSON.parse((await orchid(folder, 'doctor', '--json')).output);
    expect(report).toMatchObject({ canTrain: true, troubles: [] });
    expect(report.engines[0]).toMatchObject({ engine: 'wasm', works: true, simd: true });
  });

  it('says what to install where there is no WebGPU adapter, which is no trouble', async () => {
    if ('webgpu' in tf.engine().registryFactory) tf.removeBackend('webgpu');
    vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });
    const { code, output } = await orchid(folder, 'doctor');
    vi.unstubAllGlobals();
    expect(output).toMatch(/webgpu +none there is no WebGPU adapter.*driver/);
    expect(output).not.toContain('its limits');
    expect(code).toBe(0);
  });

  it('ends with exit code 1 where runs cannot be saved', async () => {
    const { code, output } = await orchid('/dev/null', 'doctor');
    expect(code).toBe(1);
    expect(output).toMatch(/trouble: runs cannot be saved/);
  });
});

describe('the program', () => {
  it('teaches by --help', () => {
    const help = (...argv: string[]) =>
      spawnSync(process.execPath, [bin, ...argv, '--help'], { encoding: 'utf8' }).stdout;
    expect(help()).toMatch(/Start here:[\s\S]*orchid train recall[\s\S]*Commands:/);
    const recall = help('train', 'recall');
    expect(recall).toMatch(/Examples:[\s\S]*--set data\.length=256/);
    expect(recall).toMatch(/Presets:\n {2}recall +\S/);
    expect(recall).toMatch(/optimizer\.learning_rate +AdamW's peak rate.*\(a number above 0\)/);
  });

  /** A run of the real command that never ends by itself; `disturb` is called after its first step. */
  async function disturbed(out: string, disturb: (child: ChildProcessWithoutNullStreams) => void) {
    const steps = ['--preset', 'recall-tiny', '--steps', '100000', '--log-every', '1', '--out', out];
    const evaluations = ['--set', 'training.evaluate_every=5', '--set', 'training.checkpoint_every=100000'];
    const child = spawn(process.execPath, [bin, 'train', 'recall', ...steps, ...evaluations], { cwd: folder });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      if (!output.includes('step 1/') && String(chunk).includes('step 1/')) disturb(child);
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    return { code, output, errors };
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('saves at a real %s and ends with 130', async (signal) => {
    const { code, output, errors } = await disturbed(signal, (child) => child.kill(signal));
    expect([code, errors]).toEqual([130, '']);
    expect(output).toMatch(new RegExp(`To go on:\\n {2}node .*orchid\\.mjs train recall --resume ${signal}`));
  });

  it('saves when nobody reads its output any more', async () => {
    const { code, errors } = await disturbed('pipe', (child) => child.stdout.destroy());
    expect([code, errors]).toEqual([130, '']);
    expect(existsSync(join(folder, 'pipe/checkpoint/model.safetensors'))).toBe(true);
  });
});
