// Sine and cosine in WGSL: the reduction and the polynomials of assembly/sin-cos.ts. WGSL's own may be off by 5e-4, and on some
// drivers are; an implicit filter, which consists of sines, then is off by 2e-3.
import { cached, type Program } from '../webgpu-host/index.ts';
import { elementwise } from './elementwise.ts';
import type { Lane } from './values.ts';

/**
 * sin(x + ahead·π/2), absolute error 2e-7 for x up to 8192 either way. Beyond, where x itself is rounded to more than that, the
 * error grows with x.
 */
function waveFunction(lane: Lane): string {
  const [number, integer] = lane === 'vec4f' ? ['vec4f', 'vec4i'] : ['f32', 'i32'];
  return `
fn wave(x: ${number}, ahead: i32) -> ${number} {
  let n = round(x * 0.63661977236758134);
  let r = ((x - n * 1.5703125) - n * 4.837512969970703125e-4) - n * 7.549789954891e-8;
  let z = r * r;
  let sine = r + z * r * (-1.6666650573e-1 + z * (8.3319732538e-3 + z * -1.9494948691e-4));
  let cosine = 1 - 0.5 * z + z * z * (4.1666646747e-2 + z * (-1.3887361436e-3 + z * 2.4437728405e-5));
  let quarter = ${integer}(n) + ahead;
  let value = select(sine, cosine, (quarter & ${integer}(1)) != ${integer}(0));
  return select(value, -value, (quarter & ${integer}(2)) != ${integer}(0));
}`;
}

/** y = sin(x) */
export const sinProgram = cached(
  (lane: Lane): Program => elementwise('sin', lane, ['x'], 'y', 'wave(x[i], 0)', waveFunction(lane)),
);

/** y = cos(x) */
export const cosProgram = cached(
  (lane: Lane): Program => elementwise('cos', lane, ['x'], 'y', 'wave(x[i], 1)', waveFunction(lane)),
);
