// dct (Makhoul, 1980): a transform of the even samples followed by the odd ones backwards, its bins turned by k quarter steps.
// Two signals ride in one complex transform.
import type { Operation } from './operation.ts';

export const dctOperation: Operation = {
  name: 'dct',
  direction: 'forward',
  of: 2,
  input: {
    buffers: [{ name: 'x', access: 'read' }],
    declarations: `
fn sample(t: u32, o: u32, p: u32) -> vec2f {
  let place = select(2u * t, 2u * (params.n - t) - 1u, 2u * t >= params.n);
  var value = vec2f();
  if (place < params.rows) {
    let at = firstOf(place, o, p, params.rows);
    value.x = x[at];
    if (paired(o, p)) { value.y = x[secondOf(at, params.rows)]; }
  }
  return value;
}`,
  },
  output: {
    buffers: [
      { name: 'turns', access: 'read', type: 'vec2f' },
      { name: 'y', access: 'read_write' },
    ],
    params: { edge: 'f32', middle: 'f32' },
    declarations: `
fn give(k: u32, o: u32, p: u32, z: vec2f, w: vec2f) {
  // coefficient k of either signal is Re(turn X[k]), and n - k is -Im(turn X[k])
  let turn = 0.5 * select(params.middle, params.edge, k == 0u) * turns[k];
  let a = times(turn, vec2f(z.x + w.x, z.y - w.y));
  let b = times(turn, vec2f(z.y + w.y, w.x - z.x));
  let at = firstOf(k, o, p, params.n);
  let other = firstOf(params.n - k, o, p, params.n);
  let both = k > 0u && 2u * k != params.n;
  y[at] = a.x;
  if (both) { y[other] = -a.y; }
  if (paired(o, p)) {
    y[secondOf(at, params.n)] = b.x;
    if (both) { y[secondOf(other, params.n)] = -b.y; }
  }
}`,
  },
};
