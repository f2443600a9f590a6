// Starting engines: what is said about them, and what is said when they cannot start.
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { loadPeer } from './load-peer.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test('describeBackend says that nothing runs yet', async () => {
  const { describeBackend } = await import('../index.ts');
  expect(() => describeBackend()).toThrow('call `await useBackend()` first');
});

/** A machine without a GPU, whatever this one has. */
const withoutGpu = (): void => void vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });

test("without a GPU 'auto' is wasm, and says so", async () => {
  withoutGpu();
  const { useBackend, describeBackend } = await import('../index.ts');
  const info = await useBackend();
  expect(info).toMatchObject({ name: 'wasm', simd: true, threads: 1 });
  expect(info.note).toMatch(/^wasm was chosen because there is no WebGPU adapter/);
  expect(String(info)).toMatch(/^TensorFlow\.js 4\.\S+, WebAssembly, (relaxed )?SIMD, 1 thread, Node v\d+/);
  expect(String(describeBackend())).toBe(String(info));
  expect(tf.getBackend()).toBe('wasm');
});

test('engines switch, and cpu is said to be cpu', async () => {
  const { useBackend } = await import('../index.ts');
  await useBackend('wasm');
  const info = await useBackend('cpu');
  expect(info).toMatchObject({ name: 'cpu', simd: false });
  expect(tf.getBackend()).toBe('cpu');
});

test('mixed precision is for webgpu', async () => {
  withoutGpu();
  const { useBackend } = await import('../index.ts');
  for (const name of ['wasm', 'cpu'] as const) {
    await expect(useBackend(name, { precision: 'mixed' })).rejects.toThrow(
      `useBackend: precision 'mixed' is for the engine webgpu; ${name} knows float32 alone`,
    );
  }
  await expect(useBackend('auto', { precision: 'mixed' })).rejects.toThrow(
    /precision 'mixed' is for the engine webgpu, which 'auto' does not take here: there is no WebGPU adapter/,
  );
  await expect(useBackend('wasm', { precision: 'float16' as 'mixed' })).rejects.toThrow(
    `useBackend: precision is "float16"; want 'float32' or 'mixed'`,
  );
  expect((await useBackend('wasm', { precision: 'float32' })).precision).toBe('float32');
});

test('gradients are registered by the import alone', async () => {
  await import('../gradients.ts');
  for (const name of ['BatchMatMul', 'GatherV2', 'Softmax']) expect(tf.getGradient(name), name).toBeDefined();
});

test('an unknown name', async () => {
  const { useBackend } = await import('../index.ts');
  await expect(useBackend('cuda' as 'cpu')).rejects.toThrow(
    "useBackend: 'cuda' is not an engine; want one of auto, wasm, webgpu, cpu",
  );
});

const missing = (name = '@tensorflow/tfjs-backend-wasm'): never => {
  throw Object.assign(new Error(`Cannot find package '${name}' imported from x.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
};

test('a missing peer says what to install', async () => {
  await expect(loadPeer('@tensorflow/tfjs-backend-wasm', async () => missing())).rejects.toThrow(
    'run `npm install @tensorflow/tfjs-backend-wasm@^4.22.0`',
  );
  await expect(loadPeer('webgpu', async () => missing('webgpu'))).rejects.toThrow('run `npm install webgpu@^0.6.2`');
  const broken = async (): Promise<never> => {
    throw new Error('out of memory');
  };
  await expect(loadPeer('@tensorflow/tfjs-backend-wasm', broken)).rejects.toThrow('could not be loaded: out of memory');
});

test("only 'auto' falls back, and says why", async () => {
  vi.doMock('./wasm.ts', () => ({
    startWasm: () => Promise.reject(new Error('useBackend: @tensorflow/tfjs-backend-wasm is not installed')),
  }));
  withoutGpu();
  const { useBackend } = await import('../index.ts');
  await expect(useBackend('wasm')).rejects.toThrow('is not installed');
  const info = await useBackend('auto');
  expect(info.name).toBe('cpu');
  expect(info.note).toContain('chosen because wasm did not start');
  expect(info.note).toContain('is not installed');
  expect(String(info)).toContain('is not installed');
  vi.doUnmock('./wasm.ts');
});
