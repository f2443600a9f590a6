// Where a piece of work spends the GPU's time, dispatch by dispatch, by the GPU's own clock.
import * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../webgpu-host/backend.ts';
import { type Dispatched, recordDispatches } from '../webgpu-host/record.ts';

export interface TimedDispatch extends Dispatched {
  /** on the device */
  readonly ms: number;
}

export interface DispatchProfile<T> {
  readonly result: T;
  /** in their order */
  readonly dispatches: readonly TimedDispatch[];
}

/** Timestamps of one query set: the most that WebGPU allows. */
const QUERIES = 4096;
const batchFlag = 'WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE';

let isRunning = false;

/** Whether the current engine's device can be asked for the time. */
export function hasGpuClock(): boolean {
  return tf.getBackend() === 'webgpu' && deviceOf().features.has('timestamp-query');
}

/**
 * Runs `work` with every dispatch of the webgpu engine in a pass of its own, between two timestamps, and waits for all of them.
 * The work takes longer for it, the dispatches do not. Not for work that runs beside other work.
 *
 * @throws Error when the engine is another, its device has no clock ({@link hasGpuClock}), or another profile is running; and
 *   what `work` throws
 */
export async function profileDispatches<T>(work: () => T | Promise<T>): Promise<DispatchProfile<T>> {
  if (!hasGpuClock()) {
    throw new Error('profileDispatches: want the webgpu engine, on a device with the feature timestamp-query');
  }
  if (isRunning) throw new Error('profileDispatches: another profile is running');
  isRunning = true;
  const device = deviceOf();
  const before = tf.env().getNumber(batchFlag);
  submit();
  const clock = new Clock(device);
  // One dispatch, one submission, and so one pass.
  tf.env().set(batchFlag, 1);
  const restore = clock.watch();
  try {
    const { result, dispatches } = await recordDispatches(async () => {
      const result = await work();
      submit();
      return result;
    });
    restore();
    const times = await clock.read();
    if (times.length !== dispatches.length) {
      throw new Error(`profileDispatches: ${times.length} passes ran ${dispatches.length} dispatches`);
    }
    return { result, dispatches: dispatches.map((dispatch, i) => ({ ...dispatch, ms: times[i]! })) };
  } finally {
    restore();
    clock.dispose();
    tf.env().set(batchFlag, before);
    isRunning = false;
  }
}

function deviceOf(): GPUDevice {
  return (tf.backend() as unknown as WebGpuBackend).device;
}

/** Has the device begin what is recorded. */
function submit(): void {
  const backend = tf.backend() as unknown as WebGpuBackend;
  if (!backend.commandEncoder) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** Gives each pass that is begun its two timestamps. */
class Clock {
  readonly #device: GPUDevice;
  readonly #sets: GPUQuerySet[] = [];
  #passes = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** From now on until the function returned is called. */
  watch(): () => void {
    const device = this.#device;
    const make = device.createCommandEncoder;
    device.createCommandEncoder = (descriptor) => {
      const encoder = make.call(device, descriptor);
      const begin = encoder.beginComputePass;
      encoder.beginComputePass = (given) => begin.call(encoder, { ...given, timestampWrites: this.#next() });
      return encoder;
    };
    return () => {
      device.createCommandEncoder = make;
    };
  }

  #next(): GPUComputePassTimestampWrites {
    const at = (2 * this.#passes++) % QUERIES;
    if (at === 0) this.#sets.push(this.#device.createQuerySet({ type: 'timestamp', count: QUERIES }));
    return { querySet: this.#sets.at(-1)!, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  }

  /** Milliseconds of each pass. */
  async read(): Promise<number[]> {
    const times: number[] = [];
    const size = 8 * QUERIES;
    const resolved = this.#device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    const staging = this.#device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    try {
      for (const set of this.#sets) {
        const count = Math.min(QUERIES, 2 * (this.#passes - times.length));
        const encoder = this.#device.createCommandEncoder();
        encoder.resolveQuerySet(set, 0, count, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
        this.#device.queue.submit([encoder.finish()]);
        await staging.mapAsync(GPUMapMode.READ);
        const stamps = new BigUint64Array(staging.getMappedRange().slice(0));
        staging.unmap();
        for (let i = 0; i < count; i += 2) times.push(Number(stamps[i + 1]! - stamps[i]!) / 1e6);
      }
    } finally {
      resolved.destroy();
      staging.destroy();
    }
    return times;
  }

  dispose(): void {
    for (const set of this.#sets) set.destroy();
  }
}
