// Entry of the package's wasm module: every export is a kernel.
import { forward, inverse } from './transform';

/** Transforms a work buffer in place; for tests and measurements of the butterflies alone. */
export function transform(plan: usize, work: usize, backward: bool): void {
  if (backward) inverse(plan, work);
  else forward(plan, work);
}
