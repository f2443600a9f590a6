// Transforms as WGSL text, for kernels of other packages that fuse them with work of their own.
export { binsOf, DCT, IDCT, IRFFT, type RealAttrs, RFFT } from '../kernels/contract.ts';
export { butterfly, COMPLEX, RADICES, type Radix, stagesOf } from './butterflies.ts';
export {
  columnGroups,
  columnsBackward,
  columnsForward,
  LONG_PARAMS,
  productGroups,
  rowGroups,
  rowsProduct,
} from './long-passes.ts';
export { chirpPoints, type LongPlan, longPlan, STEPS, stepsOf } from './long-plan.ts';
export type { Hook, Operation } from './operations/operation.ts';
export {
  invocationsFor,
  lanesFor,
  perTransform,
  pointsOf,
  type SharedTransform,
  sharedTransform,
  type WorkgroupLimits,
} from './shared-transform.ts';
export { type Lanes, lanesOf, SIGNAL_PARAMS, SIGNALS } from './signals.ts';
export { chirps, joined, quarterTurns, twiddles } from './tables.ts';
