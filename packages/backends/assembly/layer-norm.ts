// Layer normalisation: one visit a row each way, the row itself staying in the cache.
import { flush, laneSum } from './vector';

/** Rows summed into a partial sum before it joins the total: keeps float32 sums over many rows accurate. */
const BLOCK: i32 = 64;

// @ts-ignore: decorator
@inline
function meanOf(x: usize, full: usize, bytes: usize, share: f32): f32 {
  let sums = f32x4.splat(0);
  for (let at: usize = 0; at < full; at += 16) sums = f32x4.add(sums, v128.load(x + at));
  let sum = laneSum(sums);
  for (let at = full; at < bytes; at += 4) sum += load<f32>(x + at);
  return sum * share;
}

/** 1/deviation */
// @ts-ignore: decorator
@inline
function inverseOf(x: usize, mu: f32, full: usize, bytes: usize, share: f32, eps: f32): f32 {
  const mu4 = f32x4.splat(mu);
  let sums = f32x4.splat(0);
  for (let at: usize = 0; at < full; at += 16) {
    const d = f32x4.sub(v128.load(x + at), mu4);
    sums = f32x4.add(sums, f32x4.mul(d, d));
  }
  let squares = laneSum(sums);
  for (let at = full; at < bytes; at += 4) {
    const d: f32 = load<f32>(x + at) - mu;
    squares += d * d;
  }
  return 1 / sqrt<f32>(squares * share + eps);
}

/** mean and 1/deviation of each row, for a gradient whose forward pass did not keep them. */
export function layerStatistics(x: usize, mean: usize, inverse: usize, rows: i32, channels: i32, eps: f32): void {
  const full = <usize>(channels & ~3) << 2;
  const bytes = <usize>channels << 2;
  const share: f32 = 1 / <f32>channels;
  for (let row = 0; row < rows; row++) {
    const mu = meanOf(x, full, bytes, share);
    store<f32>(mean + (<usize>row << 2), mu);
    store<f32>(inverse + (<usize>row << 2), inverseOf(x, mu, full, bytes, share, eps));
    x += bytes;
  }
}

/** y, mean and 1/deviation of each row; weight and bias are always there (ones, zeros). */
export function layerNorm(
  x: usize, weight: usize, bias: usize, y: usize, mean: usize, inverse: usize, rows: i32, channels: i32, eps: f32,
): void {
  const full = <usize>(channels & ~3) << 2;
  const bytes = <usize>channels << 2;
  const share: f32 = 1 / <f32>channels;
  for (let row = 0; row < rows; row++) {
    const mu = meanOf(x, full, bytes, share);
    const scale = inverseOf(x, mu, full, bytes, share, eps);

    const mu4 = f32x4.splat(mu);
    const scale4 = f32x4.splat(scale);
    for (let at: usize = 0; at < full; at += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x + at), mu4), scale4);
      v128.store(y + at, f32x4.add(f32x4.mul(normal, v128.load(weight + at)), v128.load(bias + at)));
    }
    for (let at = full; at < bytes; at += 4) {
      store<f32>(y + at, (load<f32>(x + at) - mu) * scale * load<f32>(weight + at) + load<f32>(bias + at));
    }
    store<f32>(mean + (<usize>row << 2), mu);
    store<f32>(inverse + (<usize>row << 2), scale);
    x += bytes;
    y += bytes;
  }
}

/** dx, dweight and dbias; `partial` is scratch for 2 x channels floats. */
export function layerNormGrad(
  x: usize, dy: usize, mean: usize, inverse: usize, weight: usize, dx: usize, dweight: usize, dbias: usize,
  partial: usize, rows: i32, channels: i32,
): void {
  const full = <usize>(channels & ~3) << 2;
  const bytes = <usize>channels << 2;
  const share: f32 = 1 / <f32>channels;
  const pweight = partial;
  const pbias = partial + bytes;
  memory.fill(partial, 0, 2 * bytes);
  memory.fill(dweight, 0, bytes);
  memory.fill(dbias, 0, bytes);
  for (let row = 0; row < rows; row++) {
    const mu = load<f32>(mean + (<usize>row << 2));
    const scale = load<f32>(inverse + (<usize>row << 2));
    const mu4 = f32x4.splat(mu);
    const scale4 = f32x4.splat(scale);
    let sumsG = f32x4.splat(0);
    let sumsGX = f32x4.splat(0);
    for (let at: usize = 0; at < full; at += 16) {
      const d = v128.load(dy + at);
      const normal = f32x4.mul(f32x4.sub(v128.load(x + at), mu4), scale4);
      const g = f32x4.mul(d, v128.load(weight + at));
      sumsG = f32x4.add(sumsG, g);
      sumsGX = f32x4.add(sumsGX, f32x4.mul(g, normal));
      v128.store(pweight + at, f32x4.add(v128.load(pweight + at), f32x4.mul(d, normal)));
      v128.store(pbias + at, f32x4.add(v128.load(pbias + at), d));
    }
    let sumG = laneSum(sumsG);
    let sumGX = laneSum(sumsGX);
    for (let at = full; at < bytes; at += 4) {
      const d = load<f32>(dy + at);
      const normal: f32 = (load<f32>(x + at) - mu) * scale;
      const g: f32 = d * load<f32>(weight + at);
      sumG += g;
      sumGX += g * normal;
      store<f32>(pweight + at, load<f32>(pweight + at) + d * normal);
      store<f32>(pbias + at, load<f32>(pbias + at) + d);
    }

    const meanG: f32 = sumG * share;
    const meanGX: f32 = sumGX * share;
    const meanG4 = f32x4.splat(meanG);
    const meanGX4 = f32x4.splat(meanGX);
    for (let at: usize = 0; at < full; at += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x + at), mu4), scale4);
      const g = f32x4.mul(v128.load(dy + at), v128.load(weight + at));
      v128.store(dx + at, f32x4.mul(scale4, f32x4.sub(f32x4.sub(g, meanG4), f32x4.mul(normal, meanGX4))));
    }
    for (let at = full; at < bytes; at += 4) {
      const normal: f32 = (load<f32>(x + at) - mu) * scale;
      const g: f32 = load<f32>(dy + at) * load<f32>(weight + at);
      store<f32>(dx + at, scale * (g - meanG - normal * meanGX));
    }
    if ((row & (BLOCK - 1)) == BLOCK - 1 || row == rows - 1) {
      flush(pweight, dweight, channels);
      flush(pbias, dbias, channels);
    }
    x += bytes;
    dy += bytes;
    dx += bytes;
  }
}
