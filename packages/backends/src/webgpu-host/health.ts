// What goes wrong on a device is reported later, by events, and its kernels then give zeros. Here it is kept until somebody can
// be told: the next dispatch or read throws it. So that the right op is named, whatever can fail by itself (shaders, pipelines,
// buffers) is checked where it is made.

interface Health {
  failure: Error | undefined;
  /** the op that was recorded last */
  running: string;
  /** checks that have not come back yet */
  readonly pending: Set<Promise<void>>;
}

const devices = new WeakMap<GPUDevice, Health>();

function healthOf(device: GPUDevice): Health {
  const known = devices.get(device);
  if (known) return known;
  const health: Health = { failure: undefined, running: '', pending: new Set() };
  devices.set(device, health);
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    const message = describe((event as GPUUncapturedErrorEvent).error, health.running);
    // A check under way knows the cause of which this may be a consequence.
    void Promise.all(health.pending).then(() => fail(health, message));
  });
  void device.lost.then(({ reason, message }) => {
    const when = health.running === '' ? '' : ` after ${health.running}`;
    const how = reason === 'destroyed' ? 'destroyed' : 'lost';
    fail(health, `webgpu: the device was ${how}${when}${message.trim() === '' ? '' : `: ${message.trim()}`}`);
  });
  checkWhatIsMade(device, health);
  return health;
}

/** The first failure counts: the others follow from it. */
function fail(health: Health, message: string): void {
  health.failure ??= new Error(message);
}

function describe(error: GPUError, op: string): string {
  const what = error.constructor.name === 'GPUOutOfMemoryError' ? 'the device is out of memory' : 'the device reports';
  return `${op || 'webgpu'}: ${what}: ${error.message.trim()}`;
}

/** Has the device check, for us and for tfjs, what is made on it. */
function checkWhatIsMade(device: GPUDevice, health: Health): void {
  const { createBuffer, createComputePipeline, createShaderModule } = device;
  const op = (): string => health.running || 'webgpu';
  const checks: Partial<GPUDevice> = {
    createBuffer: (descriptor) => {
      const what = `${op()}: a buffer of ${megabytes(descriptor.size)}`;
      try {
        return guarded(device, what, () => createBuffer.call(device, descriptor));
      } catch (error) {
        // Buffers that are mapped when they are made fail at once.
        throw new Error(`${what} cannot be made: ${(error as Error).message}`, { cause: error });
      }
    },
    createComputePipeline: (descriptor) =>
      guarded(device, `${op()}: the shader does not compile`, () => createComputePipeline.call(device, descriptor)),
    createShaderModule: (descriptor) =>
      guarded(device, `${op()}: the shader does not compile`, () => createShaderModule.call(device, descriptor)),
  };
  for (const [name, value] of Object.entries(checks)) {
    Object.defineProperty(device, name, { value, configurable: true, writable: true });
  }
}

/** A number of bytes for an error. */
export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

/** Listens for the device's failures from now on. */
export function watchDevice(device: GPUDevice): void {
  healthOf(device);
}

/** What has gone wrong on the device. */
export function failureOf(device: GPUDevice): Error | undefined {
  return devices.get(device)?.failure;
}

/**
 * Says that `op` is about to use the device.
 *
 * @throws Error with what has gone wrong on it before
 */
export function enter(device: GPUDevice, op: string): void {
  const health = healthOf(device);
  if (health.failure) throw health.failure;
  health.running = op;
}

/** The op that used the device last, '' before any. */
export function lastOp(device: GPUDevice): string {
  return devices.get(device)?.running ?? '';
}

/** Runs `make`, and lets what it does wrong fail the device with a message that begins with `what`. */
export function guarded<T>(device: GPUDevice, what: string, make: () => T): T {
  const health = healthOf(device);
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  let check: Promise<void> | undefined;
  try {
    return make();
  } finally {
    check = Promise.all([device.popErrorScope(), device.popErrorScope()]).then(
      (errors) => {
        for (const error of errors) if (error) fail(health, describe(error, what));
        health.pending.delete(check!);
      },
      // The device is gone, which `lost` reports.
      () => void health.pending.delete(check!),
    );
    health.pending.add(check);
  }
}

/**
 * Waits for the checks that are under way.
 *
 * @throws Error with what has gone wrong
 */
export async function settle(device: GPUDevice): Promise<void> {
  const health = healthOf(device);
  while (health.pending.size > 0) await Promise.all(health.pending);
  if (health.failure) throw health.failure;
}
