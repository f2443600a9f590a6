// The kernels that the wasm engine gets from this package, in one module.
export { transpose } from './transpose';
