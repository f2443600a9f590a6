// The WebGPU engine, in pages and (through Dawn, npm's `webgpu`) in Node: on a device of our own with all that the adapter offers.
import * as tf from '@tensorflow/tfjs-core';
import { installWebGpuOverrides } from '../overrides/webgpu/index.ts';
import type { WebGpuBackend } from '../webgpu-host/backend.ts';
import { failureOf } from '../webgpu-host/health.ts';
import { type FoundAdapter, findAdapter } from './gpu.ts';
import { type GpuLimit, recordStart, type Started } from './info.ts';
import { loadPeer } from './load-peer.ts';
import { isOurs, makeBackend } from './webgpu-backend.ts';

const packageName = '@tensorflow/tfjs-backend-webgpu';

const features = ['shader-f16', 'subgroups', 'timestamp-query'] as GPUFeatureName[];

/** Every one of them, by name, so that none is forgotten. */
const limits: Readonly<Record<GpuLimit, true>> = {
  maxBufferSize: true,
  maxStorageBufferBindingSize: true,
  maxStorageBuffersPerShaderStage: true,
  maxComputeWorkgroupStorageSize: true,
  maxComputeInvocationsPerWorkgroup: true,
  maxComputeWorkgroupSizeX: true,
  maxComputeWorkgroupSizeY: true,
  maxComputeWorkgroupSizeZ: true,
  maxComputeWorkgroupsPerDimension: true,
};

/**
 * Starts tfjs-backend-webgpu on a device with the adapter's features and limits, and makes it the current engine. One that
 * runs is kept; one whose device has failed is replaced.
 */
export async function startWebGpu(given?: FoundAdapter): Promise<void> {
  const running = tf.engine().registry.webgpu as object | undefined;
  if (running && !isOurs(running)) {
    throw new Error(
      "useBackend: TensorFlow.js's own webgpu engine runs already, on a device that lacks what this one asks for; call " +
        "useBackend('webgpu') before tf.setBackend('webgpu'), or tf.removeBackend('webgpu') first (its tensors are then lost)",
    );
  }
  if (!running || failureOf(running.device as unknown as GPUDevice)) await register(given ?? (await findAdapter()));
  if (!(await tf.setBackend('webgpu'))) {
    throw new Error('useBackend: the webgpu engine did not start; its message on the console says why');
  }
  recordStart('webgpu', (tf.backend() as unknown as { started: Started }).started);
}

async function register({ gpu, adapter, name, software }: FoundAdapter): Promise<void> {
  const { WebGPUBackend } = await loadPeer(packageName, () => import('@tensorflow/tfjs-backend-webgpu'));
  installWebGpuOverrides();
  const { vendor, architecture, description } = adapter.info;
  const wanted = Object.fromEntries(Object.keys(limits).map((limit) => [limit, adapter.limits[limit as GpuLimit]]));
  const device = await adapter.requestDevice({
    label: 'orchid',
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
    requiredLimits: wanted,
  });
  const started: Started = {
    engine: `TensorFlow.js ${tf.version_core}, WebGPU on ${name}`,
    simd: false,
    relaxedSimd: false,
    threads: () => 1,
    gpu: {
      adapter: name,
      vendor,
      architecture,
      description,
      software,
      features: features.filter((feature) => device.features.has(feature)),
      limits: wanted as Record<GpuLimit, number>,
    },
  };
  // Small tensors, too, stay on the device: half of a step on the processor would wait for the other half.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  // A failed device still holds its memory. Where `navigator.gpu` is, importing the package has registered an engine, too, on a
  // device of its own that has not been made yet.
  const failed = tf.engine().registry.webgpu as unknown as WebGpuBackend | undefined;
  if ('webgpu' in tf.engine().registryFactory) tf.removeBackend('webgpu');
  failed?.device.destroy();
  tf.registerBackend(
    'webgpu',
    () => withNavigator(gpu, () => makeBackend(WebGPUBackend, device, adapter.info, started)),
    3,
  );
}

/** Runs `make` with a `navigator.gpu`, which tfjs wants to see when its engine is made. Node has none. */
function withNavigator<T>(gpu: GPU, make: () => T): T {
  const own = globalThis.navigator as Navigator | undefined;
  if (own?.gpu) return make();
  const [target, key, value] = own ? [own, 'gpu', gpu] : [globalThis, 'navigator', { gpu }];
  Object.defineProperty(target, key, { value, configurable: true });
  try {
    return make();
  } finally {
    Reflect.deleteProperty(target, key);
  }
}
