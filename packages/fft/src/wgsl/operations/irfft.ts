// irfft: the bins of two real signals ride in one complex transform, as one's real and the other's imaginary part.
import type { Hook, Operation } from './operation.ts';

/** Writes two real signals. */
export const realResults: Hook = {
  buffers: [{ name: 'y', access: 'read_write' }],
  declarations: `
fn keep(t: u32, o: u32, p: u32, value: vec2f) {
  let at = firstOf(t, o, p, params.n);
  y[at] = value.x;
  if (paired(o, p)) { y[secondOf(at, params.n)] = value.y; }
}`,
};

export const irfftOperation: Operation = {
  name: 'irfft',
  direction: 'backward',
  of: 2,
  input: {
    buffers: [
      { name: 're', access: 'read' },
      { name: 'im', access: 'read' },
    ],
    params: { edge: 'f32', middle: 'f32' },
    declarations: `
fn bins(k: u32, o: u32, p: u32) -> vec4f {
  if (k >= params.rows) { return vec4f(); }
  let at = firstOf(k, o, p, params.rows);
  let edge = k == 0u || 2u * k == params.n;
  let scale = select(vec2f(params.middle), vec2f(params.edge, 0.0), edge);
  let a = scale * vec2f(re[at], im[at]);
  var b = vec2f();
  if (paired(o, p)) {
    let second = secondOf(at, params.rows);
    b = scale * vec2f(re[second], im[second]);
  }
  return vec4f(a.x - b.y, a.y + b.x, a.x + b.y, b.x - a.y);
}`,
  },
  output: realResults,
};
