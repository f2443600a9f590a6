// GELU and its slope in WGSL: the polynomial of assembly/gelu.ts, whose accuracy does not hang on an `erf` that WGSL lacks. NaN
// is told by its bits, because a shader compiler may take it that there is none.
import { cached, type Program } from '../webgpu-host/index.ts';
import { elementwise } from './elementwise.ts';
import { enabling, type Lane, storedAs, widened } from './values.ts';

/** Coefficients of p in Q(z) = exp(-z²/2)·t·p(t), t = 1/(1 + 0.235 z), the highest power first. */
const coefficients = [
  -0.06409165496, 0.2099482616, -0.1453882764, 0.1795088819, 0.03567091556, 0.09791913619, 0.09262395858, 0.09380872082,
];

/** `gelu(x)`, `geluSlope(x)` and what they are made of, for elements of type `lane`. */
export function geluFunctions(lane: Lane): string {
  const [bits, number] = lane === 'vec4f' ? ['vec4u', 'vec4f'] : ['u32', 'f32'];
  const polynomial = coefficients
    .slice(1)
    .reduce((inner, c) => `fma(${inner}, t, ${number}(${c}))`, `${number}(${coefficients[0]})`);
  return `
fn keepNaN(y: ${number}, x: ${number}) -> ${number} {
  return select(y, x, (bitcast<${bits}>(x) & ${bits}(0x7fffffffu)) > ${bits}(0x7f800000u));
}
fn upperTail(z: ${number}, density: ${number}) -> ${number} {
  let t = 1 / fma(z, ${number}(0.235), ${number}(1));
  return ${polynomial} * t * density;
}
fn gelu(x: ${number}) -> ${number} {
  let z = min(abs(x), ${number}(13.2));
  return keepNaN(max(x, ${number}(0)) - z * upperTail(z, exp(-0.5 * z * z)), x);
}
fn geluSlope(x: ${number}) -> ${number} {
  let z = min(abs(x), ${number}(13.2));
  let density = exp(-0.5 * z * z);
  let h = upperTail(z, density) - z * density * 0.39894228040143268;
  return keepNaN(select(h, 1 - h, x > ${number}(0)), x);
}`;
}

/** y = gelu(x) */
export const geluProgram = cached(
  (lane: Lane): Program => elementwise('gelu', lane, ['x'], 'y', 'gelu(x[i])', geluFunctions(lane)),
);

/** dx = dy ⊙ gelu'(x), x perhaps in half precision */
export const geluGradProgram = cached((lane: Lane, isHalf: boolean): Program => {
  const expression = `dy[i] * geluSlope(${widened(lane, isHalf, 'x[i]')})`;
  const program = elementwise('gelu, gradient', lane, ['x', 'dy'], 'dx', expression, geluFunctions(lane));
  const [x, ...others] = program.buffers;
  return { ...program, buffers: [{ ...x!, type: storedAs(lane, isHalf) }, ...others], ...enabling(isHalf) };
});
