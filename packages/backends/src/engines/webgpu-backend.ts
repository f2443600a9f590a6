// tfjs's webgpu engine, made to say what goes wrong: every op has a name, a tensor too large for the device is an error instead
// of zeros, reads wait for the device's word, and tfjs's own dispatches are counted like ours.

import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../kernels/register.ts';
import type { WebGpuBackend } from '../webgpu-host/backend.ts';
import { expandHalf } from '../webgpu-host/half.ts';
import { type Halves, noHalves } from '../webgpu-host/halves.ts';
import { enter, failureOf, lastOp, settle } from '../webgpu-host/health.ts';
import { nullDevice } from '../webgpu-host/null-device.ts';
import { DevicePool } from '../webgpu-host/pool.ts';
import { isRecording, record } from '../webgpu-host/record.ts';
import { type TooLarge, TooLargeForDeviceError } from '../webgpu-host/too-large.ts';
import type { Started } from './info.ts';

/** The engine as `useBackend` starts it. */
export interface OrchidWebGpu extends WebGPUBackend {
  /** what {@link useBackend} says of it */
  readonly started: Started;
  readonly halves: Halves;
  /** the memory of its device */
  readonly pool: DevicePool;
  /** @see rehearse of `device-memory.ts` */
  rehearse(work: () => void): number;
}

/** Whether an engine registered as 'webgpu' is ours, whichever copy of this module made it. */
export function isOurs(backend: object): backend is OrchidWebGpu {
  return 'started' in backend;
}

/** Bytes of a tensor on the device: every dtype takes four. */
const bytesOf = (shape: readonly number[]): number => 4 * sizeOf(shape);

/** Makes the engine on a device. */
export function makeBackend(
  Base: typeof WebGPUBackend,
  device: GPUDevice,
  info: GPUAdapterInfo,
  started: Started,
): OrchidWebGpu {
  /** What a tensor of that shape is refused with. */
  const tooLarge = (op: string, shape: readonly number[], limit: TooLarge['limit']): Error => {
    const limitBytes = device.limits[limit];
    return new TooLargeForDeviceError({ op, what: `[${shape}]`, bytes: bytesOf(shape), limit, limitBytes });
  };

  class Backend extends Base {
    readonly started = started;
    readonly halves = noHalves();
    readonly pool = this.withPool(new DevicePool(device));
    /** what rehearsals run on */
    private stage: { readonly device: GPUDevice; readonly pipelineCache: object } | undefined;
    /** what has been given a buffer in the rehearsal that runs, and its values on the host */
    private rehearsed: Map<object, tf.backend_util.BackendValues | null> | undefined;

    override runWebGPUProgram(
      ...[program, inputs, dtype, uniforms, output]: Parameters<WebGPUBackend['runWebGPUProgram']>
    ): tf.TensorInfo {
      const op = kernel ?? program.shaderKey.split('_')[0]!;
      enter(device, op);
      const empty = inputs.find(({ shape }) => sizeOf(shape) === 0);
      if (empty && sizeOf(output?.shape ?? program.outputShape) !== 0) {
        throw new Error(`${op}: TensorFlow.js has no way on webgpu to compute this from nothing, [${empty.shape}]`);
      }
      for (const { shape } of [...inputs, output ?? { shape: program.outputShape }]) {
        if (bytesOf(shape) <= device.limits.maxStorageBufferBindingSize) continue;
        throw tooLarge(op, shape, 'maxStorageBufferBindingSize');
      }
      const result = super.runWebGPUProgram(program, inputs, dtype, uniforms, output);
      if (isRecording() && sizeOf(result.shape) > 0) {
        record({
          name: op,
          workgroups: sizeOf(program.dispatch),
          readBytes: inputs.reduce((sum, { shape }) => sum + bytesOf(shape), 0),
          writtenBytes: bytesOf(result.shape),
        });
      }
      return result;
    }

    /** Has the engine take its buffers from a pool. */
    private withPool(pool: DevicePool): DevicePool {
      pool.settle = () => this.flush();
      (this as unknown as { bufferManager: DevicePool }).bufferManager = pool;
      return pool;
    }

    private flush(): void {
      const { commandEncoder } = this as unknown as WebGpuBackend;
      if (!commandEncoder) return;
      this.endComputePassEncoder();
      this.submitQueue();
    }

    rehearse(work: () => void): number {
      this.flush();
      const engine = this as unknown as { device: GPUDevice; queue: GPUQueue; pipelineCache: object };
      const { device, queue, pipelineCache } = engine;
      const { pool } = this;
      this.stage ??= { device: nullDevice(device), pipelineCache: {} };
      const { stage } = this;
      const rehearsed = new Map<object, tf.backend_util.BackendValues | null>();
      const rehearsal = this.withPool(new RehearsalPool(stage.device, pool));
      Object.assign(engine, { ...stage, queue: stage.device.queue });
      this.rehearsed = rehearsed;
      let left = 0;
      try {
        const result: unknown = work();
        if (result instanceof Promise) {
          throw new Error('rehearse: the work is asynchronous; want what only records ops');
        }
      } finally {
        this.flush();
        this.rehearsed = undefined;
        Object.assign(engine, { device, queue, pipelineCache, bufferManager: pool });
        for (const [dataId, values] of rehearsed) {
          if (!this.tensorMap.has(dataId)) continue;
          // What was on the host alone, or in half precision, is so again.
          Object.assign(this.tensorMap.get(dataId), { resource: null, values });
          if (values == null && !this.halves.words.has(dataId)) left++;
        }
      }
      if (left > 0) throw new Error(`rehearse: the work has left ${left} tensors, which have no values; want none`);
      return rehearsal.peak - pool.numBytesUsed;
    }

    override uploadToGPU(dataId: object): void {
      const { resource, shape, values } = this.tensorMap.get(dataId);
      if (resource == null) this.rehearsed?.set(dataId, values);
      if (resource == null && bytesOf(shape) > device.limits.maxBufferSize) {
        throw tooLarge(lastOp(device) || 'webgpu', shape, 'maxBufferSize');
      }
      super.uploadToGPU(dataId);
      if (resource == null && values == null) {
        expandHalf(this as unknown as WebGpuBackend, { dataId, shape, dtype: 'float32' });
      }
    }

    /**
     * tfjs holds what recorded commands use until they are submitted, at times as much as a block's tensors. But whoever gets a
     * buffer from the pool writes to it by commands recorded later (values of the host, too), so it may go back at once; not so a
     * texture, into which an image is copied before.
     */
    override disposeData(dataId: object, force?: boolean): boolean {
      if (this.tensorMap.has(dataId) && this.tensorMap.get(dataId).resource instanceof GPUBuffer) {
        (this as unknown as WebGpuBackend).commandQueueOwnedIds.delete(dataId);
      }
      const isGone = super.disposeData(dataId, force);
      const half = isGone ? this.halves.words.get(dataId) : undefined;
      if (half) {
        this.halves.words.delete(dataId);
        this.disposeData(half.dataId);
      }
      return isGone;
    }

    override read(dataId: object): Promise<tf.backend_util.BackendValues> {
      if (this.halves.words.has(dataId)) this.uploadToGPU(dataId);
      return super.read(dataId);
    }

    override async getBufferData(buffer: GPUBuffer): Promise<ArrayBuffer> {
      const failure = failureOf(device);
      if (failure) throw failure;
      try {
        const values = await super.getBufferData(buffer as never);
        await settle(device);
        return values;
      } catch (error) {
        // A read that fails because the device did has a cause that may only be known a moment later.
        await new Promise((resolve) => setTimeout(resolve));
        await settle(device);
        throw new Error(`webgpu: reading values failed: ${(error as Error).message}`, { cause: error });
      }
    }

    override readSync(dataId: object): tf.backend_util.BackendValues {
      const { values, dtype } = this.tensorMap.get(dataId);
      if (values == null && dtype !== 'complex64') {
        const failure = failureOf(device);
        if (failure) throw failure;
        if (typeof OffscreenCanvas === 'undefined') {
          throw new Error(
            "webgpu: a tensor's values are on the GPU, and Node cannot wait for them: use `await tensor.data()` in place of " +
              'dataSync(), and before a tensor is printed or used on another engine',
          );
        }
      }
      if (this.halves.words.has(dataId)) this.uploadToGPU(dataId);
      return super.readSync(dataId);
    }
  }

  nameKernels();
  return new Backend(device as never, info as never);
}

/** The pool of a rehearsal: what is in use already counts, and what is no buffer of the rehearsal's goes back where it came from. */
class RehearsalPool extends DevicePool {
  readonly original: DevicePool;

  constructor(device: GPUDevice, original: DevicePool) {
    super(device, original.numBytesUsed);
    this.original = original;
  }

  override releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    if (!this.original.owns(buffer)) {
      super.releaseBuffer(buffer, reuse);
      return;
    }
    this.numBytesUsed -= buffer.size;
    this.numBytesAllocated -= buffer.size;
    this.original.releaseBuffer(buffer, reuse);
  }
}

/** The kernel of tfjs that runs now: its programs bear its name. */
let kernel: string | undefined;

/** tfjs's kernels that say their names already. */
const named = new WeakSet<tf.KernelConfig>();

function nameKernels(): void {
  for (const config of tf.getKernelsForBackend('webgpu')) {
    if (config.kernelName.startsWith('Orchid') || named.has(config)) continue;
    named.add(config);
    const { kernelName, kernelFunc } = config;
    config.kernelFunc = (args) => {
      const outer = kernel;
      // One that runs another is the one that the user knows.
      kernel ??= kernelName;
      try {
        return kernelFunc(args);
      } finally {
        kernel = outer;
      }
    };
  }
}
