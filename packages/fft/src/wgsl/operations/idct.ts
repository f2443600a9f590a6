// idct: dct's steps backwards.
import type { Operation } from './operation.ts';

export const idctOperation: Operation = {
  name: 'idct',
  direction: 'backward',
  of: 2,
  input: {
    buffers: [
      { name: 'x', access: 'read' },
      { name: 'turns', access: 'read', type: 'vec2f' },
    ],
    params: { edge: 'f32', middle: 'f32' },
    declarations: `
fn coefficient(k: u32, o: u32, p: u32) -> vec2f {
  var value = vec2f();
  if (k < params.rows) {
    let at = firstOf(k, o, p, params.rows);
    value.x = x[at];
    if (paired(o, p)) { value.y = x[secondOf(at, params.rows)]; }
  }
  return value;
}
fn bins(k: u32, o: u32, p: u32) -> vec4f {
  let here = coefficient(k, o, p);
  if (k == 0u) {
    let value = params.edge * here;
    return vec4f(value, value);
  }
  // bin k of a signal is conj(turn) (x[k] - i x[n - k]), and bin n - k its conjugate
  let there = coefficient(params.n - k, o, p);
  let turn = params.middle * vec2f(turns[k].x, -turns[k].y);
  let a = times(turn, vec2f(here.x, -there.x));
  let b = times(turn, vec2f(here.y, -there.y));
  return vec4f(a.x - b.y, a.y + b.x, a.x + b.y, b.x - a.y);
}`,
  },
  output: {
    buffers: [{ name: 'y', access: 'read_write' }],
    declarations: `
fn keep(t: u32, o: u32, p: u32, value: vec2f) {
  let place = select(2u * t, 2u * (params.n - t) - 1u, 2u * t >= params.n);
  let at = firstOf(place, o, p, params.n);
  y[at] = value.x;
  if (paired(o, p)) { y[secondOf(at, params.n)] = value.y; }
}`,
  },
};
