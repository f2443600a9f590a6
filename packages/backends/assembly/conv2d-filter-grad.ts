// The filter gradient of a 2-D convolution, channels last.

/**
 * dw[fh, fw, c, k] = Σ x[b, oh·sh + fh·dh - top, ow·sw + fw·dw - left, c]·dy[b, oh, ow, k]
 */
export function conv2dFilterGrad(
  x: usize, dy: usize, dw: usize, batch: i32, height: i32, width: i32, channels: i32,
  outHeight: i32, outWidth: i32, outChannels: i32, filterHeight: i32, filterWidth: i32,
  strideHeight: i32, strideWidth: i32, dilationHeight: i32, dilationWidth: i32, top: i32, left: i32,
): void {
  const bytes = <usize>channels << 2;
  const outBytes = <usize>outChannels << 2;
  const full = <usize>(outChannels & ~3) << 2;
  memory.fill(dw, 0, <usize>(filterHeight * filterWidth) * bytes * <usize>outChannels);
  for (let b = 0; b < batch; b++) {
    for (let oh = 0; oh < outHeight; oh++) {
      for (let ow = 0; ow < outWidth; ow++) {
        for (let fh = 0; fh < filterHeight; fh++) {
          const h = oh * strideHeight + fh * dilationHeight - top;
          if (h < 0 || h >= height) continue;
          for (let fw = 0; fw < filterWidth; fw++) {
            const w = ow * strideWidth + fw * dilationWidth - left;
            if (w < 0 || w >= width) continue;
            let from = x + <usize>((b * height + h) * width + w) * bytes;
            let to = dw + <usize>(fh * filterWidth + fw) * bytes * <usize>outChannels;
            for (let c = 0; c < channels; c++) {
              const value = load<f32>(from);
              const value4 = f32x4.splat(value);
              for (let at: usize = 0; at < full; at += 16) {
                v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(value4, v128.load(dy + at))));
              }
              for (let at = full; at < outBytes; at += 4) {
                store<f32>(to + at, load<f32>(to + at) + value * load<f32>(dy + at));
              }
              from += 4;
              to += outBytes;
            }
          }
        }
        dy += outBytes;
      }
    }
  }
}
