// What a batch of labelled examples is, whatever they are made of: the form in which images and sounds reach a classifier.

export interface ExampleBatch {
  /** float32 [batch, ...shape], row-major */
  readonly inputs: Float32Array;
  /** of one example: [height, width, channels] of an image, [samples] of a waveform */
  readonly shape: readonly number[];
  /** int32 [batch] */
  readonly labels: Int32Array;
  /** float32 [batch, classes], each row adding up to 1: soft labels, which stand in for `labels` where examples are mixed */
  readonly targets?: Float32Array;
  readonly batch: number;
}

/** Number of values of one example. */
export function valuesOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
