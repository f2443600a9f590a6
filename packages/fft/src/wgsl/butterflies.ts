// The butterflies as WGSL: transforms of 2, 3, 4, 5 or 8 points in registers, straight-line. Backward ones need no text of their
// own: exchanging real and imaginary parts before and after turns a forward transform into a backward one.

/** Radices that have a butterfly. */
export const RADICES = [8, 5, 4, 3, 2] as const;
export type Radix = (typeof RADICES)[number];

/** Product of complex numbers; every program with transforms has it. */
export const COMPLEX = `
fn times(a: vec2f, b: vec2f) -> vec2f { return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }`.trim();

const decimal = (value: number): string => {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? text : `${text}.0`;
};

const bodies: Readonly<Record<Radix, string>> = {
  2: `
  let a = x[0] - x[1];
  x[0] += x[1];
  x[1] = a;`,
  3: `
  let sum = x[1] + x[2];
  let turned = ${decimal(Math.sin((2 * Math.PI) / 3))} * vec2f(x[1].y - x[2].y, x[2].x - x[1].x);
  let middle = x[0] - 0.5 * sum;
  x[0] += sum;
  x[1] = middle + turned;
  x[2] = middle - turned;`,
  4: `
  let a = x[0] + x[2];
  let b = x[0] - x[2];
  let c = x[1] + x[3];
  let d = vec2f(x[1].y - x[3].y, x[3].x - x[1].x);
  x[0] = a + c;
  x[1] = b + d;
  x[2] = a - c;
  x[3] = b - d;`,
  5: `
  let a = x[1] + x[4];
  let b = x[2] + x[3];
  let c = vec2f(x[1].y - x[4].y, x[4].x - x[1].x);
  let d = vec2f(x[2].y - x[3].y, x[3].x - x[2].x);
  let e = x[0] + ${decimal(Math.cos((2 * Math.PI) / 5))} * a + ${decimal(Math.cos((4 * Math.PI) / 5))} * b;
  let f = x[0] + ${decimal(Math.cos((4 * Math.PI) / 5))} * a + ${decimal(Math.cos((2 * Math.PI) / 5))} * b;
  let g = ${decimal(Math.sin((2 * Math.PI) / 5))} * c + ${decimal(Math.sin((4 * Math.PI) / 5))} * d;
  let h = ${decimal(Math.sin((4 * Math.PI) / 5))} * c - ${decimal(Math.sin((2 * Math.PI) / 5))} * d;
  x[0] += a + b;
  x[1] = e + g;
  x[2] = f + h;
  x[3] = f - h;
  x[4] = e - g;`,
  8: `
  let a = x[0] + x[4];
  let b = x[0] - x[4];
  let c = x[2] + x[6];
  let d = vec2f(x[2].y - x[6].y, x[6].x - x[2].x);
  let e = x[1] + x[5];
  let f = x[1] - x[5];
  let g = x[3] + x[7];
  let h = x[3] - x[7];
  let p = ${decimal(Math.SQRT1_2)} * vec2f(f.x + f.y, f.y - f.x);
  let q = ${decimal(Math.SQRT1_2)} * vec2f(h.y - h.x, -h.x - h.y);
  let r = vec2f(e.y - g.y, g.x - e.x);
  let s = vec2f(p.y - q.y, q.x - p.x);
  x[0] = a + c + (e + g);
  x[1] = b + d + (p + q);
  x[2] = a - c + r;
  x[3] = b - d + s;
  x[4] = a + c - (e + g);
  x[5] = b + d - (p + q);
  x[6] = a - c - r;
  x[7] = b - d - s;`,
};

/** WGSL function `radix<r>`, the forward transform of r points in place, natural order in and out. */
export function butterfly(radix: Radix): string {
  const body = bodies[radix].replaceAll(/\bx\[/g, '(*x)[').trim();
  return `fn radix${radix}(x: ptr<function, array<vec2f, ${radix}>>) {\n  ${body}\n}`;
}

/**
 * The radices of a transform of length n, first stage first; null when n has a prime factor above 5. The widest come first:
 * the first stage needs no twiddles.
 */
export function stagesOf(n: number): Radix[] | null {
  let rest = n;
  const stages: Radix[] = [];
  const take = (radix: Radix): void => {
    stages.push(radix);
    rest /= radix;
  };
  // 16 = 4·4 costs less than 8·2
  while (rest % 8 === 0 && !(rest % 16 === 0 && rest % 32 !== 0)) take(8);
  while (rest % 4 === 0) take(4);
  while (rest % 2 === 0) take(2);
  while (rest % 5 === 0) take(5);
  while (rest % 3 === 0) take(3);
  return rest === 1 ? stages : null;
}
