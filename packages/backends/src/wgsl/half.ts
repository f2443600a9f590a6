// Float32 to half precision and back, two values a word.
import { cached, type Program } from '../webgpu-host/program.ts';
import type { Lane } from './values.ts';

const workgroupSize = 256;
/** Values that a workgroup converts. */
export const valuesOfGroup = 4 * workgroupSize;

/**
 * Half of `count` values, those of x from the `first` of a tensor of so many `columns` a row; less `shift`, a number for each row.
 * WGSL leaves open what becomes of values beyond its range, of infinities and of NaN, and compilers may take it that there are
 * none: the first are cut off, the others told by their bits.
 */
export const packHalfProgram = cached((lane: Lane, hasShift: boolean): Program => {
  const shifted = hasShift ? ' - shift[(params.first + i) / params.columns]' : '';
  const value =
    lane === 'vec4f' ? `x[i / 4]${shifted}` : 'vec4f(valueAt(i), valueAt(i + 1), valueAt(i + 2), valueAt(i + 3))';
  return {
    name: 'to half precision',
    buffers: [
      { name: 'x', access: 'read', type: lane },
      ...(hasShift ? [{ name: 'shift', access: 'read' as const }] : []),
      { name: 'half', access: 'read_write', type: lane === 'vec4f' ? 'vec2u' : 'u32' },
    ],
    params: { first: 'u32', count: 'u32', columns: 'u32' },
    workgroupSize,
    declarations: `
fn toHalf(v: vec4f) -> vec2u {
  let cut = clamp(v, vec4f(-65504), vec4f(65504));
  let finite = vec2u(pack2x16float(cut.xy), pack2x16float(cut.zw));
  let bits = bitcast<vec4u>(v);
  let size = bits & vec4u(0x7fffffffu);
  let isSpecial = size >= vec4u(0x7f800000u);
  if (!any(isSpecial)) { return finite; }
  let special = ((bits >> vec4u(16)) & vec4u(0x8000u)) | vec4u(0x7c00u) | select(vec4u(0), vec4u(0x200u), size > vec4u(0x7f800000u));
  let halves = select(vec4u(finite.x & 0xffffu, finite.x >> 16, finite.y & 0xffffu, finite.y >> 16), special, isSpecial);
  return vec2u(halves.x | (halves.y << 16), halves.z | (halves.w << 16));
}${
      lane === 'vec4f'
        ? ''
        : `
fn valueAt(i: u32) -> f32 {
  if (i >= params.count) { return 0.0; }
  return x[i]${shifted};
}`
    }`,
    body: `
let i = (group * ${workgroupSize} + local) * 4;
if (i >= params.count) { return; }
let packed = toHalf(${value});
${
  lane === 'vec4f'
    ? 'half[i / 4] = packed;'
    : `half[i / 2] = packed.x;
if (i + 2 < params.count) { half[i / 2 + 1] = packed.y; }`
}`,
  };
});

/** y, `count` values of float32. */
export const unpackHalfProgram = cached(
  (lane: Lane): Program => ({
    name: 'from half precision',
    buffers: [
      { name: 'half', access: 'read', type: lane === 'vec4f' ? 'vec2u' : 'u32' },
      { name: 'y', access: 'read_write', type: lane },
    ],
    params: { count: 'u32' },
    workgroupSize,
    body:
      lane === 'vec4f'
        ? `
let i = group * ${workgroupSize} + local;
if (i * 4 >= params.count) { return; }
let pair = half[i];
y[i] = vec4f(unpack2x16float(pair.x), unpack2x16float(pair.y));`
        : `
for (var part = 0u; part < 2; part++) {
  let i = (group * ${2 * workgroupSize} + part * ${workgroupSize} + local) * 2;
  if (i >= params.count) { return; }
  let pair = unpack2x16float(half[i / 2]);
  y[i] = pair.x;
  if (i + 1 < params.count) { y[i + 1] = pair.y; }
}`,
  }),
);
