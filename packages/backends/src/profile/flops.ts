// How many floating-point operations a call of a kernel asks for, where arithmetic and not memory sets its floor: the
// matrix products. A fused kernel that contains one has its line here, too.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../kernels/register.ts';

type Inputs = Readonly<Record<string, TensorInfo | undefined>>;
type Attributes = Readonly<Record<string, unknown>>;
/** From a call's inputs, attributes and outputs to its operations, a multiplication and an addition counted as two. */
type Count = (inputs: Inputs, attrs: Attributes, outputs: readonly TensorInfo[]) => number;

/** a [..., m, k] or [..., k, m] with transposeA, and b: 2·k for every value of the output. */
const product: Count = ({ a }, attrs, [output]) => 2 * a!.shape.at(attrs.transposeA ? -2 : -1)! * sizeOf(output!.shape);

/** x [..., k] by a weight [n, k]. */
const linear: Count = ({ weight }, _, [output]) => 2 * weight!.shape[1]! * sizeOf(output!.shape);
/** Both gradients of that. */
const linearGrad: Count = ({ dy, weight }) => 4 * weight!.shape[1]! * sizeOf(dy!.shape);

const counts: Readonly<Record<string, Count>> = {
  BatchMatMul: product,
  OrchidLinear: linear,
  OrchidLinearGrad: linearGrad,
  _FusedMatMul: product,
};

/** The operations of one call's matrix products; 0 for a kernel that has none, or is not in this file's table. */
export function productFlops(
  kernel: string,
  inputs: Inputs,
  attrs: Attributes,
  outputs: readonly TensorInfo[],
): number {
  return Object.hasOwn(counts, kernel) ? counts[kernel]!(inputs, attrs, outputs) : 0;
}
