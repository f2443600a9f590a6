// Channels that alternate real and imaginary parts, to two planes and back. Values are taken as one long row: with an even
// number of channels the alternation does not care where rows end.

/** x[2·count] → re[i] = x[2i], im[i] = x[2i + 1]. */
export function splitComplex(x: usize, re: usize, im: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    v128.store(re, v128.shuffle<f32>(a, b, 0, 2, 4, 6));
    v128.store(im, v128.shuffle<f32>(a, b, 1, 3, 5, 7));
    x += 32;
    re += 16;
    im += 16;
  }
  for (; i < count; i++) {
    store<f32>(re, load<f32>(x));
    store<f32>(im, load<f32>(x, 4));
    x += 8;
    re += 4;
    im += 4;
  }
}

/** The inverse of `splitComplex`. */
export function interleaveComplex(re: usize, im: usize, x: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const a = v128.load(re);
    const b = v128.load(im);
    v128.store(x, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
    v128.store(x, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
    x += 32;
    re += 16;
    im += 16;
  }
  for (; i < count; i++) {
    store<f32>(x, load<f32>(re));
    store<f32>(x, load<f32>(im), 4);
    x += 8;
    re += 4;
    im += 4;
  }
}
