// From an image to a sequence: square patches, each through the same linear layer.
import { linear } from '@orchid-ml/backends/ops';
import { kaimingUniform, Module, normal, type Parameter, type Rng } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from './checks.ts';

export interface PatchEmbeddingOptions {
  /** pixels, [height, width] */
  imageSize: readonly [number, number];
  /** pixels along a side of a patch; divides both sizes of the image */
  patchSize: number;
  /** channels C of a pixel */
  channels: number;
  /** D */
  width: number;
  /** standard deviation of normal first weights, biases 0, as in ViT; PyTorch's uniform ones if left out */
  deviation?: number;
}

/**
 * A convolution whose stride is its size, as the one matrix product that it is: patches do not overlap. They follow each other row
 * by row. Parameters: `projection.weight` [D, C, P, P], `projection.bias` [D], as of PyTorch's Conv2d.
 */
export class PatchEmbedding extends Module {
  readonly options: Readonly<PatchEmbeddingOptions>;
  /** patches of an image */
  readonly count: number;
  readonly #weight: Parameter;
  readonly #bias: Parameter;

  /** @throws Error for a size that is not a positive integer, and for a patch that does not divide the image */
  constructor(options: PatchEmbeddingOptions, rng: Rng) {
    super();
    const { imageSize, patchSize, channels, width, deviation } = options;
    for (const size of imageSize) checkCount('PatchEmbedding: imageSize', size);
    checkCount('PatchEmbedding: patchSize', patchSize);
    checkCount('PatchEmbedding: channels', channels);
    checkCount('PatchEmbedding: width', width);
    if (imageSize.some((size) => size % patchSize !== 0)) {
      throw new Error(
        `PatchEmbedding: patchSize is ${patchSize}; want a divisor of both sizes of the image, ${imageSize}`,
      );
    }
    this.options = options;
    this.count = (imageSize[0] / patchSize) * (imageSize[1] / patchSize);
    const values = channels * patchSize ** 2;
    const shape = [width, channels, patchSize, patchSize];
    const isUniform = deviation === undefined;
    const weight = isUniform ? kaimingUniform(rng, shape, values) : normal(rng, shape, 0, deviation);
    this.#weight = this.addParameter('projection.weight', weight);
    const bias = isUniform ? kaimingUniform(rng, [width], values) : tf.zeros([width]);
    this.#bias = this.addParameter('projection.bias', bias);
  }

  /**
   * @param pixels [B, H, W, C] float32
   * @returns [B, patches, D]
   * @throws Error for another shape or dtype
   */
  forward(pixels: tf.Tensor4D): tf.Tensor3D {
    const { imageSize, patchSize: side, channels, width } = this.options;
    const [height, breadth] = imageSize;
    const fits = pixels.shape.slice(1).join() === `${height},${breadth},${channels}`;
    if (pixels.rank !== 4 || pixels.dtype !== 'float32' || !fits) {
      throw new Error(
        `PatchEmbedding: pixels are ${pixels.dtype} of shape [${pixels.shape}], want float32 of shape ` +
          `[batch, ${height}, ${breadth}, ${channels}] (height, width, channels)`,
      );
    }
    const batch = pixels.shape[0];
    return tf.tidy(() => {
      // Rows of pixels in a patch are moved whole, so that the copy goes by runs; the small weights adapt to that order.
      const rows = tf.reshape(pixels, [(batch * height) / side, side, breadth / side, side * channels]);
      const patches = tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), [batch, this.count, side * side * channels]);
      const weight = tf.transpose(tf.reshape(this.#weight.value, [width, channels, side * side]), [0, 2, 1]);
      const flat = tf.reshape(weight, [width, side * side * channels]) as tf.Tensor2D;
      return linear(patches, flat, this.#bias.value as tf.Tensor1D) as tf.Tensor3D;
    });
  }
}
