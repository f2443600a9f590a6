// Compares the transforms and the two long convolutions with reference numbers.
import { longConv } from '@orchid-ml/dd-conv';
import { type ComplexPair, dct, fft, idct, ifft, irfft, rfft } from '@orchid-ml/fft';
import * as tf from '@tensorflow/tfjs-core';
import type { DecodedSafetensors, SafetensorsTensor } from '../safetensors/index.ts';
import { boundsHere, compare, type ParityRow, reference, take } from './parity-rows.ts';

type Tensors = ReadonlyMap<string, SafetensorsTensor>;

/** A reference tensor on the current backend: [rows, n]. */
function real(tensors: Tensors, name: string): tf.Tensor2D {
  const values = reference(tensors, name);
  const { shape } = tensors.get(name)!;
  if (shape.length !== 2) throw new Error(`parity: '${name}' has the shape [${shape}], want [rows, n]`);
  return tf.tensor2d(Float32Array.from(values), shape as [number, number]);
}

/** A complex reference tensor [rows, n, 2] as a pair. */
function complex(tensors: Tensors, name: string): ComplexPair {
  const values = reference(tensors, name);
  const { shape } = tensors.get(name)!;
  if (shape.length !== 3 || shape[2] !== 2) {
    throw new Error(`parity: '${name}' has the shape [${shape}], want [rows, n, 2] (real, imaginary)`);
  }
  const part = (offset: number) =>
    tf.tensor2d(
      Float32Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + offset]!),
      [shape[0]!, shape[1]!],
    );
  return { re: part(0), im: part(1) };
}

const joined = ({ re, im }: ComplexPair): tf.Tensor => tf.stack([re, im], -1);

/** Channels-last with one channel, as the convolutions want it. */
const asSequence = (x: tf.Tensor2D): tf.Tensor3D => tf.expandDims(x, -1) as tf.Tensor3D;

interface Case {
  /** the tensor `<group>.<n>` that this case needs */
  needs: string;
  /** the tensor `<group>.<n>` to compare with */
  want: string;
  run: (tensors: Tensors, n: string) => tf.Tensor;
}

const CASES: Readonly<Record<string, Case>> = {
  rfft: { needs: 'x', want: 'rfft', run: (t, n) => joined(rfft(real(t, `x.${n}`))) },
  irfft: { needs: 'rfft', want: 'x', run: (t, n) => irfft(complex(t, `rfft.${n}`), { n: Number(n) }) },
  fft: { needs: 'z', want: 'fft', run: (t, n) => joined(fft(complex(t, `z.${n}`))) },
  ifft: { needs: 'fft', want: 'z', run: (t, n) => joined(ifft(complex(t, `fft.${n}`))) },
  dct2_ortho: { needs: 'x', want: 'dct2_ortho', run: (t, n) => dct(real(t, `x.${n}`)) },
  'dct2_ortho inverse': { needs: 'dct2_ortho', want: 'x', run: (t, n) => idct(real(t, `dct2_ortho.${n}`)) },
  dct3_ortho: { needs: 'x', want: 'dct3_ortho', run: (t, n) => idct(real(t, `x.${n}`)) },
  'dct3_ortho inverse': { needs: 'dct3_ortho', want: 'x', run: (t, n) => dct(real(t, `dct3_ortho.${n}`)) },
  circular: { needs: 'h', want: 'circular', run: (t, n) => convolved(t, n, 'circular') },
  causal: { needs: 'h', want: 'causal', run: (t, n) => convolved(t, n, 'causal') },
};

function convolved(tensors: Tensors, n: string, mode: 'circular' | 'causal'): tf.Tensor {
  return longConv(asSequence(real(tensors, `x.${n}`)), asSequence(real(tensors, `h.${n}`)), { mode });
}

const INPUTS = ['x', 'z', 'h'];

/**
 * Compares rfft, fft, dct2_ortho, dct3_ortho, their inverses and the circular and causal convolutions with a file of
 * reference numbers (`x.<n>`, `rfft.<n>`, ...; complex ones with a last axis of real and imaginary part), whatever lengths and
 * groups it has. Rows carry the transform as group and the length as name; bound 5e-6 of the reference's largest magnitude, 2e-5 on webgpu.
 *
 * @throws Error for a tensor of an unknown group, and when the input that a group needs is missing
 */
export async function transformParity({ tensors }: DecodedSafetensors): Promise<ParityRow[]> {
  const lengths = new Map<string, Set<string>>();
  for (const name of tensors.keys()) {
    const match = /^([a-z0-9_]+)\.(\d+)$/.exec(name);
    const group = match?.[1] ?? '';
    if (match === null || !(INPUTS.includes(group) || Object.hasOwn(CASES, group))) {
      throw new Error(
        `parity: '${name}' is no tensor of a transforms file; known: ${INPUTS.join(', ')}, ${Object.keys(CASES).join(', ')}`,
      );
    }
    if (!lengths.has(group)) lengths.set(group, new Set());
    lengths.get(group)!.add(match[2]!);
  }
  const rows: ParityRow[] = [];
  for (const [group, { needs, want, run }] of Object.entries(CASES)) {
    // A case is due where its reference is: for an inverse that is the tensor it starts from.
    const trigger = want === group ? want : needs;
    const due = [...(lengths.get(trigger) ?? [])].sort((a, b) => Number(a) - Number(b));
    for (const n of due) {
      const got = await take(tf.tidy(() => run(tensors, n)));
      rows.push(
        compare({ group, name: `n=${n}`, bound: boundsHere().transform }, got, reference(tensors, `${want}.${n}`)),
      );
    }
  }
  return rows;
}
