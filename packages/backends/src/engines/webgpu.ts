// The WebGPU engine, in pages and (through Dawn, npm's `webgpu`) in Node: on a device of our own with all that the adapter offers.
import * as tf from '@tensorflow/tfjs-core';
import { settle, watchDevice } from '../webgpu-host/health.ts';
import { isNode, recordStart } from './info.ts';
import { loadPeer } from './load-peer.ts';

const packageName = '@tensorflow/tfjs-backend-webgpu';

export async function startWebGpu(): Promise<void> {
  if (!('webgpu' in tf.engine().registryFactory) || !('webgpu' in tf.engine().registry)) await register();
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  if (!(await tf.setBackend('webgpu'))) throw new Error('useBackend: the webgpu engine did not start');
}

async function register(): Promise<void> {
  if (isNode() && !(globalThis.navigator as Navigator | undefined)?.gpu) {
    const { create, globals } = await loadPeer('webgpu', () => import('webgpu'));
    Object.assign(globalThis, globals);
    const gpu = create([]);
    if (globalThis.navigator) Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
    else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('useBackend: there is no WebGPU adapter');
  const { WebGPUBackend } = await loadPeer(packageName, () => import('@tensorflow/tfjs-backend-webgpu'));
  const requiredFeatures = (['shader-f16', 'subgroups', 'timestamp-query'] as GPUFeatureName[]).filter((feature) =>
    adapter.features.has(feature),
  );
  const requiredLimits: Record<string, number> = {};
  for (const name of [
    'maxComputeWorkgroupStorageSize',
    'maxComputeWorkgroupsPerDimension',
    'maxStorageBufferBindingSize',
    'maxStorageBuffersPerShaderStage',
    'maxBufferSize',
    'maxComputeWorkgroupSizeX',
    'maxComputeInvocationsPerWorkgroup',
  ] as const) {
    requiredLimits[name] = adapter.limits[name];
  }
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  watchDevice(device);
  class Backend extends WebGPUBackend {
    override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
      const values = await super.read(dataId as never);
      await settle(device);
      return values;
    }
  }
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new Backend(device as never, adapter.info as never), 3);
  const { vendor, architecture, description } = adapter.info;
  recordStart('webgpu', {
    engine: `TensorFlow.js ${tf.version_core}, WebGPU on ${description || `${vendor} ${architecture}`}`,
    simd: false,
    relaxedSimd: false,
    threads: () => 1,
  });
}
