// The operator with everything it needs to stand in a network by itself, where a convolution or attention would stand.
import * as tf from '@tensorflow/tfjs-core';
import { type ConditioningNetwork, createConditioning } from '../conditioning/conditioning.ts';
import type { ConditioningOptions } from '../conditioning/options.ts';
import { ImplicitFilter, type ImplicitFilterOptions } from '../filter/implicit-filter.ts';
import { normal } from '../nn/init.ts';
import { Module } from '../nn/module.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { Rng } from '../nn/random.ts';
import { checkTensor } from '../ops/checks.ts';
import { ddConv } from '../ops/dd-conv.ts';

export interface DdConvLayerOptions extends ConditioningOptions {
  /** longest sequence, which the static kernel is made for */
  readonly lMax: number;
  /** the static kernel h0, an `ImplicitFilter`; default true. Without it the layer is shift equivariant with circular padding. */
  readonly staticKernel?: boolean;
  /** the rest of the static kernel's options */
  readonly filter?: Omit<ImplicitFilterOptions, 'width' | 'lMax'>;
}

/**
 * y = F⁻¹(F(x) ⊙ (F(h0) + H(u))) + d ⊙ x (paper, section 3): H from a conditioning network that reads u, which is x itself
 * unless another sequence is given. Parameters: `conditioning.*`, `skip` [D] (d, from N(0, 1)), `filter.*` (h0).
 */
export class DdConv extends Module {
  readonly width: number;
  readonly lMax: number;
  readonly #conditioning: ConditioningNetwork;
  readonly #filter: ImplicitFilter | null;
  readonly #skip: Parameter;

  /** @throws Error for an unknown option, a value out of range or options that exclude each other */
  constructor({ lMax, staticKernel = true, filter, ...conditioning }: DdConvLayerOptions, rng: Rng) {
    super();
    if (!Number.isInteger(lMax) || lMax < 1) throw new Error(`DdConv: lMax is ${lMax}; want a positive integer`);
    const { width } = conditioning;
    this.width = width;
    this.lMax = lMax;
    this.#conditioning = this.addModule('conditioning', createConditioning(conditioning, rng));
    this.#skip = this.addParameter('skip', normal(rng, [width]));
    this.#filter = staticKernel ? this.addModule('filter', new ImplicitFilter({ ...filter, width, lMax }, rng)) : null;
  }

  /**
   * @param x [B, L, D], float32, L at most lMax
   * @param u what the kernel is made from, [B, L, D], float32; default x
   * @returns [B, L, D]
   * @throws Error for another shape or dtype, or a longer sequence
   */
  forward(x: tf.Tensor3D, u: tf.Tensor3D = x): tf.Tensor3D {
    const { width, lMax } = this;
    checkTensor('DdConv', 'x', x, 3);
    const [, length, channels] = x.shape;
    if (channels !== width || length > lMax) {
      throw new Error(`DdConv: x has shape [${x.shape}]; want [batch, 1 to ${lMax}, ${width}]`);
    }
    if (String(u.shape) !== String(x.shape)) {
      throw new Error(`DdConv: u has shape [${u.shape}]; want the shape of x, [${x.shape}]`);
    }
    const { transform, norm, kernelDomain } = this.#conditioning.settings;
    return tf.tidy(() => {
      const spectrum = this.#conditioning.forward(u);
      const kernel = this.#filter?.forward(length);
      const skip = this.#skip.value as tf.Tensor1D;
      return ddConv(x, { spectrum, skip, transform, norm, kernelDomain, ...(kernel && { kernel }) });
    });
  }
}
