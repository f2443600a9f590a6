// The two gradients of a 2-D depthwise convolution, channels last; output channel c·multiplier + q belongs to input c.

/** dw[fh, fw, c, q] = Σ x[b, h, w, c]·dy[b, oh, ow, c·multiplier + q] */
export function depthwiseFilterGrad(
  x: usize, dy: usize, dw: usize, batch: i32, height: i32, width: i32, channels: i32, multiplier: i32,
  outHeight: i32, outWidth: i32, filterHeight: i32, filterWidth: i32,
  strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32, top: i32, left: i32,
): void {
  memory.fill(dw, 0, <usize>(filterHeight * filterWidth * channels * multiplier) << 2);
  eachTap(true, x, dw, dy, batch, height, width, channels, multiplier, outHeight, outWidth, filterHeight, filterWidth,
    strideHeight, strideWidth, dilationHeight, dilationWidth, top, left);
}

/** dx[b, h, w, c] = Σ weight[fh, fw, c, q]·dy[b, oh, ow, c·multiplier + q] */
export function depthwiseInputGrad(
  dy: usize, weight: usize, dx: usize, batch: i32, height: i32, width: i32, channels: i32, multiplier: i32,
  outHeight: i32, outWidth: i32, filterHeight: i32, filterWidth: i32,
  strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32, top: i32, left: i32,
): void {
  memory.fill(dx, 0, <usize>(batch * height * width * channels) << 2);
  eachTap(false, dx, weight, dy, batch, height, width, channels, multiplier, outHeight, outWidth, filterHeight,
    filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, top, left);
}

/** Visits every meeting of an input position, a tap and an output; which of image and filter is written, `forFilter` says. */
// @ts-ignore: decorator
@inline
function eachTap(
  forFilter: bool, image: usize, filter: usize, dy: usize, batch: i32, height: i32, width: i32, channels: i32,
  multiplier: i32, outHeight: i32, outWidth: i32, filterHeight: i32, filterWidth: i32,
  strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32, top: i32, left: i32,
): void {
  const outBytes = <usize>(channels * multiplier) << 2;
  for (let b = 0; b < batch; b++) {
    for (let oh = 0; oh < outHeight; oh++) {
      for (let ow = 0; ow < outWidth; ow++) {
        for (let fh = 0; fh < filterHeight; fh++) {
          const h = oh * strideHeight + fh * dilationHeight - top;
          if (h < 0 || h >= height) continue;
          for (let fw = 0; fw < filterWidth; fw++) {
            const w = ow * strideWidth + fw * dilationWidth - left;
            if (w < 0 || w >= width) continue;
            const pixel = image + (<usize>(((b * height + h) * width + w) * channels) << 2);
            const tap = filter + <usize>(fh * filterWidth + fw) * outBytes;
            if (forFilter) addProduct(pixel, dy, tap, channels, multiplier);
            else addDot(dy, tap, pixel, channels, multiplier);
          }
        }
        dy += outBytes;
      }
    }
  }
}

/** to[c·multiplier + q] += x[c]·dy[c·multiplier + q] */
function addProduct(x: usize, dy: usize, to: usize, channels: i32, multiplier: i32): void {
  let c = 0;
  if (multiplier == 1) {
    for (; c + 4 <= channels; c += 4, x += 16, dy += 16, to += 16) {
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(x), v128.load(dy))));
    }
  }
  for (; c < channels; c++, x += 4) {
    const value = load<f32>(x);
    for (let q = 0; q < multiplier; q++, dy += 4, to += 4) store<f32>(to, load<f32>(to) + value * load<f32>(dy));
  }
}

/** to[c] += Σ_q weight[c·multiplier + q]·dy[c·multiplier + q] */
function addDot(dy: usize, weight: usize, to: usize, channels: i32, multiplier: i32): void {
  let c = 0;
  if (multiplier == 1) {
    for (; c + 4 <= channels; c += 4, dy += 16, weight += 16, to += 16) {
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(weight), v128.load(dy))));
    }
  }
  for (; c < channels; c++, to += 4) {
    let sum = load<f32>(to);
    for (let q = 0; q < multiplier; q++, dy += 4, weight += 4) sum += load<f32>(weight) * load<f32>(dy);
    store<f32>(to, sum);
  }
}
