// Arrays that every thread of a run sees, so that none reads the files again or has a copy of its own.

type Numbers = Uint8Array | Int16Array | Float32Array;

/** The same numbers on memory that threads share. */
export function sharedCopy<T extends Numbers>(values: T): T {
  const Numbers = values.constructor as new (memory: SharedArrayBuffer) => T;
  const shared = new Numbers(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
