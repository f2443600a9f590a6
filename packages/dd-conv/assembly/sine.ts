// sin(freq ⊙ x) and its gradients, in float64 inside: the implicit filter multiplies angles by about 10 in every layer, and
// with them the error of a float32 sine.

const TWO_OVER_PI: f64 = 0.6366197723675814;
// π/2 in two parts, so that the angle's remainder keeps its digits.
const HALF_PI_HIGH: f64 = 1.5707963267341256;
const HALF_PI_LOW: f64 = 6.077100506506192e-11;

/** sin(angle + quarters·π/2), to about 1e-11 for angles that float32 values can sensibly have. */
// @ts-ignore: decorator
@inline
function turned(angle: f64, quarters: i32): f64 {
  const k = nearest(angle * TWO_OVER_PI);
  const r = angle - k * HALF_PI_HIGH - k * HALF_PI_LOW;
  const s = r * r;
  const quadrant = (<i32>(k - 4 * floor(k * 0.25)) + quarters) & 3;
  const value = quadrant & 1
    ? 1.0 + s * (-1.0 / 2 + s * (1.0 / 24 + s * (-1.0 / 720 + s * (1.0 / 40320 + s * (-1.0 / 3628800 + s * (1.0 / 479001600))))))
    : r * (1.0 + s * (-1.0 / 6 + s * (1.0 / 120 + s * (-1.0 / 5040 + s * (1.0 / 362880 + s * (-1.0 / 39916800))))));
  return quadrant & 2 ? -value : value;
}

/** y = sin(freq ⊙ x): x, y [rows, width], freq [width]. */
export function sine(x: usize, freq: usize, y: usize, rows: i32, width: i32): void {
  for (let t = 0; t < rows; t++) {
    for (let c: usize = 0; c < <usize>width << 2; c += 4) {
      store<f32>(y, <f32>turned(<f64>load<f32>(x) * <f64>load<f32>(freq + c), 0));
      x += 4;
      y += 4;
    }
  }
}

/** dx = dy ⊙ cos(freq ⊙ x) ⊙ freq and dfreq = Σ over rows of dy ⊙ cos(freq ⊙ x) ⊙ x; `sums` is room for `width` float64. */
export function sineGrad(
  x: usize, freq: usize, dy: usize, dx: usize, dFreq: usize, rows: i32, width: i32, sums: usize,
): void {
  memory.fill(sums, 0, <usize>width << 3);
  for (let t = 0; t < rows; t++) {
    for (let c: usize = 0; c < <usize>width << 2; c += 4) {
      const value = <f64>load<f32>(x);
      const f = <f64>load<f32>(freq + c);
      const slope = <f64>load<f32>(dy) * turned(value * f, 1);
      store<f32>(dx, <f32>(slope * f));
      const sum = sums + (c << 1);
      store<f64>(sum, load<f64>(sum) + slope * value);
      x += 4;
      dy += 4;
      dx += 4;
    }
  }
  for (let c: usize = 0; c < <usize>width << 2; c += 4) store<f32>(dFreq + c, <f32>load<f64>(sums + (c << 1)));
}
