// Chooses how a convolution is computed: by its length.
import type { Output } from '../../wgsl/fused.ts';
import type { Convolution } from './convolution.ts';
import { divisionOf, long } from './long.ts';
import { fitsOnePass, onePass } from './one-pass.ts';
import { separate } from './separate.ts';

/** Computes the outputs into the convolution's tensors. */
export function run(convolution: Convolution, outputs: readonly Output[]): void {
  if (fitsOnePass(convolution)) {
    onePass(convolution, outputs);
    return;
  }
  const division = divisionOf(convolution);
  if (division) long(convolution, division, outputs);
  else separate(convolution, outputs);
}
