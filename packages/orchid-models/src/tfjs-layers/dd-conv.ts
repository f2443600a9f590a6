// dd-conv as a layer: where a tf.layers.conv1d of stride 1 stands, a convolution as long as the sequence, made from it.
import { DdConv, type DdConvLayerOptions, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { ModuleLayer, type ModuleLayerArgs, type SequenceShape } from './module-layer.ts';

export type DdConvArgs = ModuleLayerArgs & Options;
type Options = Omit<DdConvLayerOptions, 'width' | 'lMax'>;

/**
 * `DdConv` of `@orchid-ml/dd-conv`: [B, L, D] -> [B, L, D], every position seeing the whole sequence. Options: `type`,
 * `transform`, `norm`, `kernelDomain`, `staticKernel`, `filter` and the conditioning network's others.
 */
export class DdConvLayer extends ModuleLayer<Options> {
  static className = 'OrchidDdConv';

  /** @throws Error for an unknown option; those out of range are found when the layer is built */
  constructor(args: DdConvArgs = {}) {
    super(args, [
      'type',
      'transform',
      'norm',
      'kernelDomain',
      'staticKernel',
      'filter',
      'filterSize',
      'layers',
      'normLayer',
      'paddingMode',
      'magnitude',
      'activation',
      'activationOn',
    ]);
  }

  protected override makeModule(shape: SequenceShape, rng: Rng): DdConv {
    return new DdConv({ ...this.options, ...shape }, rng);
  }
}
tf.serialization.registerClass(DdConvLayer);

/** A layer [batch, length, channels] -> the same shape; see `DdConvLayer`. */
export function ddConv1d(args: DdConvArgs = {}): DdConvLayer {
  return new DdConvLayer(args);
}
