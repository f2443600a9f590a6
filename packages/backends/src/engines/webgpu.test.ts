// The WebGPU engine: what it says of itself, which engine 'auto' takes, and that whatever goes wrong on the device is thrown with
// the op's name. Dawn's null backend, which computes nothing and has little memory, plays the GPU where a test needs one.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeBackend, useBackend } from '../index.ts';
import { hasWebGpu } from '../testing/webgpu.ts';
import { dispatch, type Program, recordDispatches, type WebGpuBackend } from '../webgpu-host/index.ts';

const backend = (): WebGpuBackend => tf.backend() as unknown as WebGpuBackend;

const broken: Program = {
  name: 'halve',
  buffers: [{ name: 'x', access: 'read_write' }],
  workgroupSize: 1,
  body: 'x[0] = nothing;',
};

/** Lets `navigator.gpu` be a given one, and begins with no engine. */
function pretend(gpu: object | undefined): void {
  if ('webgpu' in tf.engine().registryFactory) tf.removeBackend('webgpu');
  vi.stubGlobal('navigator', gpu && { gpu });
}

async function nullGpu(): Promise<GPU> {
  const { create } = await import('webgpu');
  return create(['backend=null']);
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("without the adapter that one hoped for, 'auto'", () => {
  const wasmBecause = async (why: string | RegExp): Promise<void> => {
    const info = await useBackend('auto');
    expect(info.name).toBe('wasm');
    expect(info.note).toMatch(why);
    expect(String(info)).toContain(`(${info.note})`);
  };

  test('takes wasm where there is no adapter, and says so', async () => {
    pretend({ requestAdapter: async () => null });
    await wasmBecause(/^wasm was chosen because there is no WebGPU adapter[^.]*$/);
  });

  test.each([
    { vendor: 'google', architecture: 'swiftshader', device: '', description: '', isFallbackAdapter: false },
    { vendor: 'mesa', architecture: '', device: '', description: 'llvmpipe (LLVM 15)', isFallbackAdapter: false },
    { vendor: 'any', architecture: 'thing', device: '', description: '', isFallbackAdapter: true },
  ])('never takes software: $vendor $architecture $description', async (info) => {
    pretend({ requestAdapter: async () => ({ info }) });
    const name = info.description || `${info.vendor} ${info.architecture}`;
    await wasmBecause(`wasm was chosen because the only WebGPU adapter is ${name}, software`);
  });

  test('takes wasm where the device cannot be had', async () => {
    const adapter = {
      info: { vendor: 'a', architecture: 'gpu', device: '', description: '', isFallbackAdapter: false },
      features: new Set(),
      limits: {},
      requestDevice: () => Promise.reject(new Error('no more devices')),
    };
    pretend({ requestAdapter: async () => adapter });
    await wasmBecause('wasm was chosen because webgpu did not start: no more devices');
    await expect(useBackend('webgpu')).rejects.toThrow('no more devices');
  });

  test('an adapter without half precision is named, and not started', async () => {
    const adapter = {
      info: { vendor: 'old', architecture: 'gpu', device: '', description: 'Old GPU', isFallbackAdapter: false },
      features: new Set(['timestamp-query']),
      limits: {},
      requestDevice: () => Promise.reject(new Error('nobody should ask')),
    };
    pretend({ requestAdapter: async () => adapter });
    const refused = "precision 'mixed' wants the feature shader-f16, which the adapter has not: Old GPU";
    await expect(useBackend('webgpu', { precision: 'mixed' })).rejects.toThrow(refused);
    await expect(useBackend('auto', { precision: 'mixed' })).rejects.toThrow(
      /precision 'mixed' is for the engine webgpu, which 'auto' does not take here: webgpu did not start: .*Old GPU/,
    );
  });

  test("'webgpu' without an adapter says what to install", async () => {
    pretend({ requestAdapter: async () => null });
    const remedy = process.platform === 'linux' ? /no WebGPU adapter.*apt-get install mesa-vulkan-drivers/ : /driver/;
    await expect(useBackend('webgpu')).rejects.toThrow(remedy);
  });

  test('a page without WebGPU is told what to use', async () => {
    pretend(undefined);
    vi.stubGlobal('process', undefined);
    await expect(useBackend('webgpu')).rejects.toThrow('this page has no WebGPU because it is not secure');
    vi.stubGlobal('isSecureContext', true);
    await expect(useBackend('webgpu')).rejects.toThrow(/this browser has no WebGPU\. Chrome and Edge have it from/);
  });
});

describe.runIf(await hasWebGpu())('on an adapter', () => {
  const fresh = async (): Promise<void> => {
    pretend(undefined);
    await useBackend('webgpu');
  };

  test('says which it is, and what it uses', async () => {
    await fresh();
    const info = describeBackend();
    const { adapter, features, limits, software } = info.gpu!;
    expect(info.engine).toBe(`TensorFlow.js ${tf.version_core}, WebGPU on ${adapter}`);
    expect(String(info)).toMatch(/^TensorFlow\.js \S+, WebGPU on [^,]+, .*Node v/);
    expect(String(info)).not.toMatch(/SIMD|thread/);
    expect(String(info).includes('a software adapter')).toBe(software);
    const { device } = backend();
    for (const feature of features) expect(device.features.has(feature as GPUFeatureName), feature).toBe(true);
    for (const [name, value] of Object.entries(limits))
      expect(device.limits[name as 'maxBufferSize'], name).toBe(value);
    expect(limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(2 ** 27);
  });

  test('mixed precision: every call says it anew, and a device without shader-f16 is refused by name', async () => {
    await fresh();
    const { adapter, features } = describeBackend().gpu!;
    expect(describeBackend().precision).toBe('float32');
    if (features.includes('shader-f16')) {
      const info = await useBackend('webgpu', { precision: 'mixed' });
      expect(info.precision).toBe('mixed');
      expect(String(info)).toContain(', mixed precision, Node');
      await useBackend('wasm');
      expect(describeBackend().precision).toBe('float32');
      await tf.setBackend('webgpu');
      expect(describeBackend().precision).toBe('mixed');
    }
    expect((await useBackend('webgpu')).precision).toBe('float32');
    pretend(undefined);
    await useBackend('webgpu', { device: 'default' });
    const refused = `'mixed' wants the feature shader-f16, which a device made with 'default' has not: ${adapter}`;
    const asked = { device: 'default', precision: 'mixed' } as const;
    await expect(useBackend('webgpu', asked)).rejects.toThrow(refused);
    pretend(undefined);
    await expect(useBackend('webgpu', asked)).rejects.toThrow(refused);
  });

  test('starts once, and goes on after another engine has run', async () => {
    await fresh();
    const { device } = backend();
    await useBackend('webgpu');
    expect(backend().device).toBe(device);
    const x = tf.add(tf.tensor1d([1, 2]), 1);
    await useBackend('wasm');
    // Its values are on the device.
    expect(() => tf.add(x, 1)).toThrow('use `await tensor.data()`');
    await x.data();
    expect(Array.from(tf.add(x, 1).dataSync())).toEqual([3, 4]);
    await useBackend('webgpu');
    expect(backend().device).toBe(device);
    expect(Array.from(await tf.add(x, 1).data())).toEqual([3, 4]);
  });

  test("does not take the place of TensorFlow.js's own engine while that runs", async () => {
    pretend(undefined);
    const other = new (class extends tf.KernelBackend {
      override dispose(): void {}
    })();
    tf.registerBackend('webgpu', () => other);
    await tf.setBackend('webgpu');
    await expect(useBackend('webgpu')).rejects.toThrow("TensorFlow.js's own webgpu engine runs already");
  });

  test('leaves no navigator behind, and lets its process end', () => {
    const file = fileURLToPath(new URL('../../test/webgpu-process.ts', import.meta.url));
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file], {
      encoding: 'utf8',
      timeout: 50_000,
    });
    expect({ status, signal, stdout }, stderr).toEqual({ status: 0, signal: null, stdout: 'webgpu 64 undefined\n' });
  });

  test('counts the dispatches of TensorFlow.js under the names of its kernels', async () => {
    await fresh();
    const [a, b] = [tf.ones([8, 16]) as tf.Tensor2D, tf.ones([16, 4]) as tf.Tensor2D];
    const { dispatches, result } = await recordDispatches(() => tf.relu(tf.matMul(a, b)));
    expect(dispatches.map(({ name }) => name)).toEqual(['BatchMatMul', 'Relu']);
    expect(dispatches[1]).toMatchObject({ readBytes: 128, writtenBytes: 128 });
    expect(Array.from(await result.data())).toEqual(new Array(32).fill(16));
  });

  test('replaces kernels once, however often it starts', async () => {
    await fresh();
    const kernel = tf.getKernel('Sum', 'webgpu');
    const { kernelFunc } = kernel!;
    await fresh();
    expect(tf.getKernel('Sum', 'webgpu')).toBe(kernel);
    expect(kernel!.kernelFunc).toBe(kernelFunc);
    const [x, y] = [tf.sum(tf.zeros([0, 3]), 0, true), tf.matMul(tf.zeros([2, 0]), tf.zeros([3, 0]), false, true)];
    expect([x.shape, Array.from(await x.data())]).toEqual([
      [1, 3],
      [0, 0, 0],
    ]);
    expect([y.shape, Array.from(await y.data())]).toEqual([[2, 3], new Array(6).fill(0)]);
    expect(() => tf.max(tf.zeros([0, 3]), 0)).toThrow(/Max: .*nothing/);
  });

  test('a synchronous read says what to do instead', async () => {
    await fresh();
    const x = tf.add(tf.ones([3]), 1);
    expect(() => x.dataSync()).toThrow(/Node cannot wait for them: use `await tensor\.data\(\)`/);
    await x.data();
    expect(Array.from(x.dataSync())).toEqual([2, 2, 2]);
  });

  test('a shader of ours that does not compile is an error with its name, until the engine is started again', async () => {
    await fresh();
    const x = tf.ones([1]);
    dispatch(backend(), broken, { buffers: { x }, groups: 1 });
    await expect(x.data()).rejects.toThrow(/^halve: the shader does not compile: .*unresolved value 'nothing'/);
    expect(() => tf.add(1, 1)).toThrow('halve: the shader does not compile');
    const { device } = backend();
    await useBackend('webgpu');
    expect(backend().device).not.toBe(device);
    await expect(x.data()).rejects.toThrow('halve: the shader does not compile');
    x.dispose();
    expect(Array.from(await tf.add(tf.ones([2]), 1).data())).toEqual([2, 2]);
  });

  test("so is one of TensorFlow.js's, even after other ops", async () => {
    await fresh();
    const { device } = backend();
    const compile = device.createShaderModule.bind(device);
    const spoil = ({ code }: GPUShaderModuleDescriptor) => compile({ code: `${code} nonsense` });
    vi.spyOn(device, 'createShaderModule').mockImplementationOnce(spoil);
    const x = tf.sinh(tf.ones([5]));
    const y = tf.cosh(tf.ones([7]));
    await expect(y.data()).rejects.toThrow(/^Sinh: the shader does not compile: .*nonsense/s);
    await expect(x.data()).rejects.toThrow('Sinh');
  });

  test('a tensor that is larger than the device binds is refused with its op and its size', async () => {
    await fresh();
    const { maxStorageBufferBindingSize: most } = backend().device.limits;
    const rows = Math.ceil(most / 4096) + 1;
    expect(() => tf.fill([rows, 1024], 1)).toThrow(
      `Fill: [${rows},1024] takes ${((rows * 4096) / 2 ** 20).toFixed(1)} MB, and this device binds at most`,
    );
    expect(Array.from(await tf.fill([2], 1).data())).toEqual([1, 1]);
  });

  test('a destroyed device is an error with the last op, and the engine can be started again', async () => {
    await fresh();
    const x = tf.tanh(tf.ones([4]));
    await x.data();
    const y = tf.sinh(x);
    backend().device.destroy();
    await expect(y.data()).rejects.toThrow(/^webgpu: the device was destroyed after Sinh/);
    expect(() => tf.cosh(x)).toThrow('the device was destroyed after Sinh');
    await useBackend('webgpu');
    // What had been read before is still there; the rest went with the device.
    expect((await tf.add(x, 0).data())[0]).toBeCloseTo(Math.tanh(1), 5);
    expect(() => tf.add(y, 0)).toThrow('the device was destroyed after Sinh');
    tf.dispose([x, y]);
  });
});

describe.runIf(await hasWebGpu())('on a GPU', () => {
  test("is what 'auto' takes", async () => {
    pretend(await nullGpu());
    const info = await useBackend('auto');
    expect(info).toMatchObject({ name: 'webgpu', gpu: { adapter: 'null-backend', software: false } });
    expect(info.note).toBeUndefined();
  });

  test('that is out of memory, the op is named', async () => {
    pretend(await nullGpu());
    await useBackend('webgpu');
    const tensors = [1, 2, 3, 4, 5].map(() => tf.fill([2 ** 25], 1));
    await expect(tensors[0]!.data()).rejects.toThrow(/^Fill: a buffer of 128\.0 MB: the device is out of memory/);
    expect(() => tf.fill([2], 1)).toThrow('out of memory');
  });

  test("that is larger than the device's buffers, a tensor is refused with its size", async () => {
    pretend(await nullGpu());
    await useBackend('webgpu');
    const { maxBufferSize } = backend().device.limits;
    const huge = backend().makeTensorInfo([maxBufferSize / 4 + 1], 'float32');
    const part = { tensor: huge, offset: 0, bytes: 256 };
    expect(() => dispatch(backend(), { ...broken, body: 'x[0] = 1;' }, { buffers: { x: part }, groups: 1 })).toThrow(
      /^halve: \[67108865\] takes 256\.0 MB, and this device's buffers hold at most 256\.0 MB/,
    );
  });
});
