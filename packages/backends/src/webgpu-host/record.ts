// Counts dispatches and the bytes that they move through global memory: what a kernel costs on any device, and what tests hold
// kernels to.

export interface Dispatched {
  /** the program's name */
  readonly name: string;
  readonly workgroups: number;
  /** bytes that its invocations read, or write, in all */
  readonly readBytes: number;
  readonly writtenBytes: number;
}

const recorders = new Set<Dispatched[]>();

export function isRecording(): boolean {
  return recorders.size > 0;
}

export function record(dispatched: Dispatched): void {
  for (const list of recorders) list.push(dispatched);
}

/** Runs `call` and lists what it dispatched; not for calls that run beside others. */
export async function recordDispatches<T>(
  call: () => T | Promise<T>,
): Promise<{ result: T; dispatches: Dispatched[] }> {
  const dispatches: Dispatched[] = [];
  recorders.add(dispatches);
  try {
    return { result: await call(), dispatches };
  } finally {
    recorders.delete(dispatches);
  }
}
