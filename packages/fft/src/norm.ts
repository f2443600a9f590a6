// What `norm` means, once, for tensors and plain arrays alike: the convention of numpy and torch.

/** Which direction carries the factor 1/n: 'backward' the inverse, 'forward' the forward one, 'ortho' 1/√n both. */
export type Norm = 'backward' | 'ortho' | 'forward';

/** The factor of a forward (or inverse) transform of length n. `op` names the caller in the error. */
export function normScale(op: string, norm: Norm, n: number, inverse: boolean): number {
  switch (norm) {
    case 'backward':
      return inverse ? 1 / n : 1;
    case 'forward':
      return inverse ? 1 : 1 / n;
    case 'ortho':
      return 1 / Math.sqrt(n);
    default:
      throw new Error(`${op}: norm is ${JSON.stringify(norm)}; want 'backward', 'ortho' or 'forward'`);
  }
}
