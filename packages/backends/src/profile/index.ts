// What a piece of work costs on the current engine, kernel by kernel, and what the engine could do at best.
export { type DispatchProfile, hasGpuClock, profileDispatches, type TimedDispatch } from './dispatches.ts';
export { type KernelRecord, type Profile, profileKernels } from './profile.ts';
export { measureRates, type Rates } from './rates.ts';
