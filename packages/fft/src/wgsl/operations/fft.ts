// The complex transform. Its inverse is the same with the buffers of real and imaginary parts exchanged, on both sides.
import type { Operation } from './operation.ts';

export const fftOperation: Operation = {
  name: 'fft',
  direction: 'forward',
  of: 1,
  input: {
    buffers: [
      { name: 're', access: 'read' },
      { name: 'im', access: 'read' },
    ],
    declarations: `
fn sample(t: u32, o: u32, p: u32) -> vec2f {
  if (t >= params.rows) { return vec2f(); }
  let at = firstOf(t, o, p, params.rows);
  return vec2f(re[at], im[at]);
}`,
  },
  output: {
    buffers: [
      { name: 'outRe', access: 'read_write' },
      { name: 'outIm', access: 'read_write' },
    ],
    params: { scale: 'f32' },
    declarations: `
fn give(k: u32, o: u32, p: u32, z: vec2f, w: vec2f) {
  let at = firstOf(k, o, p, params.n);
  outRe[at] = params.scale * z.x;
  outIm[at] = params.scale * z.y;
  if (k == 0u || 2u * k == params.n) { return; }
  let other = firstOf(params.n - k, o, p, params.n);
  outRe[other] = params.scale * w.x;
  outIm[other] = params.scale * w.y;
}`,
  },
};
