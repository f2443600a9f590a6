// The AdamW update in WGSL, in place, of several parameters at once.
import { cached, type Program } from '@orchid-ml/backends/webgpu-host';
import { inPiece, pieceParams, workgroupSize } from './pieces.ts';

/** Buffers that are no parameters: gradient, both moments, and the gate. */
export const otherBuffers = 4;

/** Whether a number is finite is told by its bits: a shader compiler may take it that all are. */
const gate = `
let loss = bitcast<u32>(gate[0]);
let squares = gate[params.gateLast];
if ((loss & 0x7f800000u) == 0x7f800000u || (bitcast<u32>(squares) & 0x7f800000u) == 0x7f800000u) { return; }`;

/**
 * As `adamw` in plain/adamw.ts; with a gate, as its `gated`. The gradient and the moments begin at `params.at`, the parameters
 * are p0, p1, ...
 */
export const adamwProgram = cached(
  (parameters: number, isGated: boolean, clips: boolean): Program => ({
    name: 'AdamW',
    buffers: [
      { name: 'gradient', access: 'read' },
      { name: 'first', access: 'read_write' },
      { name: 'second', access: 'read_write' },
      ...(isGated ? [{ name: 'gate', access: 'read' as const }] : []),
      ...Array.from({ length: parameters }, (_, p) => ({ name: `p${p}`, access: 'read_write' as const })),
    ],
    params: {
      at: 'u32',
      beta1: 'f32',
      gain1: 'f32',
      beta2: 'f32',
      gain2: 'f32',
      keep: 'f32',
      rate: 'f32',
      epsilon: 'f32',
      ...(isGated && { gateLast: 'u32' }),
      ...(clips && { clipNorm: 'f32' }),
      ...pieceParams(parameters),
    },
    workgroupSize,
    declarations: `
fn updated(p: f32, i: u32, scale: f32) -> f32 {
  let g = gradient[params.at + i] * scale;
  let m = params.beta1 * first[params.at + i] + params.gain1 * g;
  let v = params.beta2 * second[params.at + i] + params.gain2 * (g * g);
  first[params.at + i] = m;
  second[params.at + i] = v;
  return params.keep * p - params.rate * (m / (sqrt(v) + params.epsilon));
}`,
    body: `
let i = group * ${workgroupSize} + local;
${isGated ? gate : ''}
let scale = ${clips ? 'min(1.0, params.clipNorm / (sqrt(squares) + 1e-6))' : '1.0'};
${inPiece(parameters, (p, at) => `p${p}[${at}] = updated(p${p}[${at}], i, scale);`)}`,
  }),
);
