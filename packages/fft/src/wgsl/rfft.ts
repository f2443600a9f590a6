// rfft in one pass: two real signals ride in one complex transform and are told apart by symmetry when they are stored.
import { perTransform } from './shared-transform.ts';
import { NONE, SIGNAL_PARAMS, START_OF, walk } from './signals.ts';

/** Buffers x, table, re, im; a workgroup takes 2 · lanes signals. */
export const rfftProgram = perTransform((transform) => {
  const { length, lanes, invocations } = transform;
  const bins = `(${length} / 2u + 1u)`;
  return {
    name: 'rfft',
    buffers: [
      { name: 'x', access: 'read' },
      { name: 'table', access: 'read', type: 'vec2f' },
      { name: 're', access: 'read_write' },
      { name: 'im', access: 'read_write' },
    ],
    params: { ...SIGNAL_PARAMS, edge: 'f32', middle: 'f32' },
    workgroupSize: invocations,
    shared: transform.shared,
    declarations: `
${NONE}
${START_OF}
${transform.declarations}
fn take(t: u32, s: u32, a: u32, b: u32) {
  var value = vec2f();
  if (t < params.rows) {
    value.x = x[a];
    if (b != NONE) { value.y = x[b]; }
  }
  mem[t * ${lanes}u + s] = value;
}
fn give(k: u32, s: u32, a: u32, b: u32) {
  let edge = k == 0u || 2u * k == ${length};
  let other = select(${length} - k, 0u, k == 0u);
  let z = mem[k * ${lanes}u + s];
  let w = mem[other * ${lanes}u + s];
  let scale = select(0.5 * params.middle, 0.5 * params.edge, edge);
  let real = scale * (z + w);
  let imaginary = select(scale * (z - w), vec2f(), edge);
  re[a] = real.x;
  im[a] = imaginary.y;
  if (b != NONE) {
    re[b] = real.y;
    im[b] = -imaginary.x;
  }
}`,
    body: `
${walk(transform, 2, length, 'params.rows', 'take')}
forward(local);
${walk(transform, 2, bins, bins, 'give')}`,
  };
});
