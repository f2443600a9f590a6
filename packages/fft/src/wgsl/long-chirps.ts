// Bluestein's algorithm over the passes of long transforms: a length with a prime factor above 5 becomes a convolution with a
// chirp, of a length that splits well. `sample` and `keep` are wrapped in products with the chirp.
import type { Program } from '@orchid-ml/backends/webgpu-host';
import { COMPLEX } from './butterflies.ts';
import type { Hook, Operation } from './operations/operation.ts';
import { SIGNAL_PARAMS, SIGNALS } from './signals.ts';

const CHIRP = { name: 'chirp', access: 'read', type: 'vec2f' } as const;

/** The points of an operation, times the chirp; those of a backward one with parts exchanged, which makes a forward one of it. */
export function chirpedInput({ direction, input }: Operation): Hook {
  const declarations =
    direction === 'forward'
      ? `${input.declarations.replace('fn sample(', 'fn plain(')}
fn sample(t: u32, o: u32, p: u32) -> vec2f {
  if (t >= params.n) { return vec2f(); }
  return times(plain(t, o, p), chirp[t]);
}`
      : `${input.declarations}
fn sample(t: u32, o: u32, p: u32) -> vec2f {
  if (t >= params.n) { return vec2f(); }
  let upper = 2u * t > params.n;
  let both = bins(select(t, params.n - t, upper), o, p);
  return times(select(both.yx, both.wz, upper), chirp[t]);
}`;
  return { ...input, buffers: [...input.buffers, CHIRP], declarations };
}

/** The results of a backward operation, from those of the forward one that stands for it. */
export function chirpedOutput({ output }: Operation): Hook {
  return {
    ...output,
    buffers: [...output.buffers, CHIRP],
    declarations: `${output.declarations.replace('fn keep(', 'fn plain(')}
fn keep(t: u32, o: u32, p: u32, value: vec2f) {
  if (t < params.n) { plain(t, o, p, times(value, chirp[t]).yx); }
}`,
  };
}

/** The bins of a forward operation, into a buffer \`spectra\`, [outers, n, pairs]: the next pass needs bins k and n - k at once. */
export const chirpedBins: Hook = {
  buffers: [{ name: 'spectra', access: 'read_write', type: 'vec2f' }, CHIRP],
  declarations: `
fn keep(t: u32, o: u32, p: u32, value: vec2f) {
  if (t < params.n) { spectra[(o * params.n + t) * params.pairs + p] = times(value, chirp[t]); }
}`,
};

export const UNPACK_INVOCATIONS = 64;

/** Gives bins from \`spectra\` to an operation's output; one invocation for each of \`count\`, outers · (n/2 + 1) · pairs. */
export function unpackProgram({ name, output }: Operation): Program {
  return {
    name: `${name}: bins`,
    buffers: [...output.buffers, { name: 'spectra', access: 'read', type: 'vec2f' }],
    params: { ...SIGNAL_PARAMS, count: 'u32', ...output.params },
    workgroupSize: UNPACK_INVOCATIONS,
    declarations: [COMPLEX, SIGNALS, output.declarations.trim()].join('\n'),
    body: `
let i = group * ${UNPACK_INVOCATIONS}u + local;
if (i < params.count) {
  let p = i % params.pairs;
  let k = (i / params.pairs) % (params.n / 2u + 1u);
  let o = i / params.pairs / (params.n / 2u + 1u);
  let start = o * params.n * params.pairs + p;
  give(k, o, p, spectra[start + k * params.pairs], spectra[start + select(params.n - k, 0u, k == 0u) * params.pairs]);
}`,
  };
}
