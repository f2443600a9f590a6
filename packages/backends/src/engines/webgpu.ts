// The WebGPU engine, in pages and (through Dawn, npm's `webgpu`) in Node: on a device of our own with all that the adapter offers.
import * as tf from '@tensorflow/tfjs-core';
import { installWebGpuOverrides } from '../overrides/webgpu/index.ts';
import type { WebGpuBackend } from '../webgpu-host/backend.ts';
import { failureOf } from '../webgpu-host/health.ts';
import { type FoundAdapter, findAdapter } from './gpu.ts';
import { type GpuLimit, recordStart, type Started, type UseBackendOptions } from './info.ts';
import { loadPeer } from './load-peer.ts';
import { isOurs, makeBackend, type OrchidWebGpu } from './webgpu-backend.ts';

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
export async function startWebGpu(
  { device = 'adapter', precision = 'float32' }: UseBackendOptions = {},
  given?: FoundAdapter,
): Promise<void> {
  if (device !== 'adapter' && device !== 'default') {
    throw new Error(`useBackend: device is ${JSON.stringify(device)}; want 'adapter' or 'default'`);
  }
  const running = tf.engine().registry.webgpu as object | undefined;
  if (running && !isOurs(running)) {
    throw new Error(
      "useBackend: TensorFlow.js's own webgpu engine runs already, on a device that lacks what this one asks for; call " +
        "useBackend('webgpu') before tf.setBackend('webgpu'), or tf.removeBackend('webgpu') first (its tensors are then lost)",
    );
  }
  if (!running || failureOf(running.device as unknown as GPUDevice)) {
    const found = given ?? (await findAdapter());
    if (precision === 'mixed') checkHalf(found.name, device === 'default' ? [] : [...found.adapter.features], device);
    await register(found, device);
  } else {
    const gpu = running.started.gpu!;
    if (gpu.device !== device) {
      throw new Error(
        `useBackend: the webgpu engine runs already, on a device made with '${gpu.device}'; for '${device}' call ` +
          "tf.removeBackend('webgpu') first (its tensors are then lost)",
      );
    }
    if (precision === 'mixed') checkHalf(gpu.adapter, gpu.features, device);
  }
  if (!(await tf.setBackend('webgpu'))) {
    throw new Error('useBackend: the webgpu engine did not start; its message on the console says why');
  }
  const backend = tf.backend() as unknown as Pick<OrchidWebGpu, 'started' | 'halves'>;
  backend.halves.isMixed = precision === 'mixed';
  recordStart('webgpu', { ...backend.started, precision });
}

/** @throws Error when a device has no half precision */
function checkHalf(adapter: string, features: readonly string[], device: 'adapter' | 'default'): void {
  if (features.includes('shader-f16')) return;
  throw new Error(
    `useBackend: precision 'mixed' wants the feature shader-f16, which ${
      device === 'default' ? "a device made with 'default'" : 'the adapter'
    } has not: ${adapter}. Use precision 'float32'`,
  );
}

async function register({ gpu, adapter, name, software }: FoundAdapter, asked: 'adapter' | 'default'): Promise<void> {
  const { WebGPUBackend } = await loadPeer(packageName, () => import('@tensorflow/tfjs-backend-webgpu'));
  installWebGpuOverrides();
  const { vendor, architecture, description } = adapter.info;
  const all = Object.keys(limits) as GpuLimit[];
  const device = await adapter.requestDevice({
    label: 'orchid',
    ...(asked === 'adapter' && {
      requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(all.map((limit) => [limit, adapter.limits[limit]])),
    }),
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
      device: asked,
      memoryBytes: memoryOf(adapter.info),
      limits: Object.fromEntries(all.map((limit) => [limit, device.limits[limit]])) as Record<GpuLimit, number>,
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

/** The largest heap of the device's own, of what no standard has yet. */
function memoryOf(info: GPUAdapterInfo): number | null {
  const { memoryHeaps } = info as { memoryHeaps?: readonly { readonly size: number; readonly properties: number }[] };
  const DEVICE_LOCAL = 1;
  const own = memoryHeaps?.filter(({ properties }) => (properties & DEVICE_LOCAL) !== 0).map(({ size }) => size) ?? [];
  return own.length === 0 ? null : Math.max(...own);
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
