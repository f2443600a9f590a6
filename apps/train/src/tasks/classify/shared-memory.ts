// Arrays that every thread of a run sees, so that none reads the files again.

/** The same bytes on memory that threads share. */
export function sharedBytes(values: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

/** The same samples on memory that threads share. */
export function sharedSamples(values: Float32Array | Int16Array): Float32Array | Int16Array {
  if (values instanceof Float32Array) return sharedFloats(values);
  const shared = new Int16Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

/** The same numbers on memory that threads share. */
export function sharedFloats(values: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
