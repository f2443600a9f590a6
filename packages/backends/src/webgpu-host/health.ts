// What goes wrong on a device is reported later, by events, and its kernels then give zeros. Here it is kept until somebody can
// be told: the next dispatch or read throws it.

interface Health {
  failure: Error | undefined;
  /** the op that was recorded last, for errors that do not say */
  running: string;
  /** checks that have not come back yet */
  readonly pending: Set<Promise<void>>;
}

const devices = new WeakMap<GPUDevice, Health>();

function healthOf(device: GPUDevice): Health {
  let health = devices.get(device);
  if (!health) {
    health = { failure: undefined, running: '', pending: new Set() };
    devices.set(device, health);
    const known = health;
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      const message = describe((event as GPUUncapturedErrorEvent).error, known.running);
      // A check under way knows the cause of which this may be a consequence.
      void Promise.all(known.pending).then(() => fail(known, message));
    });
    void device.lost.then(({ reason, message }) => {
      const when = known.running === '' ? '' : ` after ${known.running}`;
      fail(known, `webgpu: the device was ${reason === 'destroyed' ? 'destroyed' : 'lost'}${when}: ${message}`);
    });
  }
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

/** Listens for the device's failures from now on. */
export function watchDevice(device: GPUDevice): void {
  healthOf(device);
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

/** Runs `make`, and lets what it does wrong fail the device with a message that begins with `what`. */
export function guarded<T>(device: GPUDevice, what: string, make: () => T): T {
  const health = healthOf(device);
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const made = make();
  const check = Promise.all([device.popErrorScope(), device.popErrorScope()]).then(
    (errors) => {
      for (const error of errors) if (error) fail(health, describe(error, what));
      health.pending.delete(check);
    },
    // The device is gone, which `lost` reports.
    () => void health.pending.delete(check),
  );
  health.pending.add(check);
  return made;
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
