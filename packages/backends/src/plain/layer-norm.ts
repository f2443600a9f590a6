// Layer normalisation on flat arrays in float64: the reference of every engine's kernel, and what the cpu engine runs.

type Values = ArrayLike<number>;

/**
 * Rows of `channels` values, each brought to mean 0 and variance 1 (Ba et al. 2016), then scaled and shifted:
 * y = (x - mean)/√(variance + eps)·weight + bias, the variance being the biased one.
 */
export function layerNorm(x: Values, channels: number, weight: Values | null, bias: Values | null, eps: number) {
  const rows = channels === 0 ? 0 : x.length / channels;
  const y = new Float64Array(x.length);
  const mean = new Float64Array(rows);
  const inverseDeviation = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * channels;
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += x[start + c]!;
    const mu = sum / channels;
    let squares = 0;
    for (let c = 0; c < channels; c++) squares += (x[start + c]! - mu) ** 2;
    const scale = 1 / Math.sqrt(squares / channels + eps);
    mean[row] = mu;
    inverseDeviation[row] = scale;
    for (let c = 0; c < channels; c++) {
      y[start + c] = (x[start + c]! - mu) * scale * (weight ? weight[c]! : 1) + (bias ? bias[c]! : 0);
    }
  }
  return { y, mean, inverseDeviation };
}

/** The gradient of {@link layerNorm} for x, weight and bias, given dy. */
export function layerNormGrad(x: Values, dy: Values, channels: number, weight: Values | null, eps: number) {
  const { mean, inverseDeviation } = layerNorm(x, channels, null, null, eps);
  const dx = new Float64Array(x.length);
  const dweight = new Float64Array(channels);
  const dbias = new Float64Array(channels);
  for (let row = 0; row < mean.length; row++) {
    const start = row * channels;
    const scale = inverseDeviation[row]!;
    let sumG = 0;
    let sumGX = 0;
    for (let c = 0; c < channels; c++) {
      const normal = (x[start + c]! - mean[row]!) * scale;
      const d = dy[start + c]!;
      const g = d * (weight ? weight[c]! : 1);
      sumG += g;
      sumGX += g * normal;
      dweight[c]! += d * normal;
      dbias[c]! += d;
    }
    for (let c = 0; c < channels; c++) {
      const normal = (x[start + c]! - mean[row]!) * scale;
      const g = dy[start + c]! * (weight ? weight[c]! : 1);
      dx[start + c] = scale * (g - sumG / channels - (normal * sumGX) / channels);
    }
  }
  return { dx, dweight, dbias };
}
