// The error function in float64: JavaScript has none, and GELU's reference values need it to the last digits.

/** erf(x), to about 1e-15: a series of positive terms near zero, a continued fraction of erfc far out. */
export function erf(x: number): number {
  const a = Math.abs(x);
  const value = a < 3 ? series(a) : 1 - erfcTail(a);
  return x < 0 ? -value : value;
}

/** erfc(x) = 1 - erf(x) without the cancellation at large x. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  return x < 3 ? 1 - series(x) : erfcTail(x);
}

/** 2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)) */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return ((2 * Math.exp(-x * x)) / Math.sqrt(Math.PI)) * sum;
}

/** exp(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), evaluated from the inside. */
function erfcTail(x: number): number {
  if (x > 27) return 0;
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
