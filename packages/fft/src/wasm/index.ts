// What other packages' wasm kernels use: transform plans on the engine's heap. The functions that run them are
// AssemblyScript, imported from this package's assembly/transform.ts at build time.
export { PLAN_CACHE_BYTES, type WasmPlan, wasmPlan } from './plan.ts';
