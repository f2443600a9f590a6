// Puts our kernels in place of tfjs-backend-wasm's missing and slow ones.

/** Replaces and adds kernels of the wasm engine; once, however often called. Its package must have been imported. */
export function installWasmOverrides(): void {}
