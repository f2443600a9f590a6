// rfft: two real signals ride in one complex transform; symmetry tells their bins apart.
import type { Hook, Operation } from './operation.ts';

/** Samples of two real signals, as real and imaginary part. */
export const realSamples: Hook = {
  buffers: [{ name: 'x', access: 'read' }],
  declarations: `
fn sample(t: u32, o: u32, p: u32) -> vec2f {
  var value = vec2f();
  if (t < params.rows) {
    let at = firstOf(t, o, p, params.rows);
    value.x = x[at];
    if (paired(o, p)) { value.y = x[secondOf(at, params.rows)]; }
  }
  return value;
}`,
};

export const rfftOperation: Operation = {
  name: 'rfft',
  direction: 'forward',
  of: 2,
  input: realSamples,
  output: {
    buffers: [
      { name: 're', access: 'read_write' },
      { name: 'im', access: 'read_write' },
    ],
    params: { edge: 'f32', middle: 'f32' },
    declarations: `
fn give(k: u32, o: u32, p: u32, z: vec2f, w: vec2f) {
  let edge = k == 0u || 2u * k == params.n;
  let scale = 0.5 * select(params.middle, params.edge, edge);
  let real = scale * (z + w);
  let imaginary = select(scale * (z - w), vec2f(), edge);
  let rows = params.n / 2u + 1u;
  let at = firstOf(k, o, p, rows);
  re[at] = real.x;
  im[at] = imaginary.y;
  if (paired(o, p)) {
    let second = secondOf(at, rows);
    re[second] = real.y;
    im[second] = -imaginary.x;
  }
}`,
  },
};
