// Transforms as WGSL text, for kernels of other packages that fuse them with work of their own.
export { butterfly, COMPLEX, RADICES, type Radix, stagesOf } from './butterflies.ts';
export {
  invocationsFor,
  lanesFor,
  perTransform,
  pointsOf,
  type SharedTransform,
  sharedTransform,
  type WorkgroupLimits,
} from './shared-transform.ts';
export { chirps, joined, quarterTurns, twiddles } from './tables.ts';
