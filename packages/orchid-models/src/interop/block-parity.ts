// Runs the authors' block from a file of reference numbers and compares outputs and every gradient.
import * as tf from '@tensorflow/tfjs-core';
import type { OrchidMixer } from '../mixers/orchid.ts';
import type { DecodedSafetensors } from '../safetensors/index.ts';
import { loadAuthorsBlock } from './authors.ts';
import { authorsName } from './names.ts';
import { boundsHere, compare, magnitude, type ParityRow, reference, take } from './parity-rows.ts';

/**
 * A gradient this small beside the file's largest is zero but for float64's rounding: its terms cancel exactly (as for a
 * parameter that a norm behind it makes ineffective), and a ratio to its own magnitude would say nothing.
 */
const CANCELLED = 1e-9;
/** Such a gradient may err by one float32 rounding of the file's largest gradient (1.2e-7 of it) at a gradients' bound of 1e-4. */
const CANCELLED_SCALE = 2 ** -23 / 1e-4;

/**
 * Runs the block of a reference file (see `loadAuthorsBlock` for its settings and weights) on the current backend.
 *
 * Rows: `output` y, bound 1e-5; `inner` static_kernel, if the file has it, bound 1e-4; and `gradient`, every one of
 * loss = sum(y·r) that the file holds, bound 1e-4; all relative to the largest magnitude of the reference tensor, and twice that on webgpu. A gradient whose reference
 * is below 1e-9 of the file's largest counts as zero and is compared with 1.2e-3 of the largest (absolute error 1.2e-7 of it).
 *
 * @throws Error when the file lacks a tensor, has a gradient of no parameter, or has a setting that is not known
 */
export async function blockParity(file: DecodedSafetensors): Promise<ParityRow[]> {
  const { tensors } = file;
  const input = tensors.get('input.x');
  if (input === undefined || input.shape.length !== 3) {
    throw new Error(`parity: 'input.x' has the shape [${input?.shape}], want [batch, length, width]`);
  }
  const shape = input.shape as [number, number, number];
  const x64 = reference(tensors, 'input.x');
  const want = reference(tensors, 'output.y');
  const hasGradients = [...tensors.keys()].some((name) => name.startsWith('grad.'));
  const mixer = loadAuthorsBlock(file);
  try {
    const initial = tf.tensor3d(Float32Array.from(x64), shape);
    const x = tf.variable(initial);
    initial.dispose();
    try {
      const rows: ParityRow[] = [];
      const y = await take(mixer.forward(x as tf.Tensor3D));
      rows.push(compare({ group: 'output', name: 'y', bound: boundsHere().output }, y, want));
      if (tensors.has('inner.static_kernel')) {
        const kernel = await take(mixer.staticKernel(shape[1]));
        const row = { group: 'inner', name: 'static_kernel', bound: boundsHere().inner };
        rows.push(compare(row, kernel, reference(tensors, 'inner.static_kernel')));
      }
      if (hasGradients) rows.push(...(await gradientRows(file, mixer, x, shape)));
      return rows;
    } finally {
      x.dispose();
    }
  } finally {
    mixer.dispose();
  }
}

async function gradientRows(
  { tensors }: DecodedSafetensors,
  mixer: OrchidMixer,
  x: tf.Variable,
  shape: [number, number, number],
): Promise<ParityRow[]> {
  const computed = await gradients(mixer, x, Float32Array.from(reference(tensors, 'input.cotangent')), shape);
  const names = [...tensors.keys()].filter((name) => name.startsWith('grad.')).map((name) => name.slice(5));
  const wanted = new Map(names.map((name) => [name, reference(tensors, `grad.${name}`)]));
  const largest = Math.max(...[...wanted.values()].map(magnitude));
  return names.map((name) => {
    // The frequency is one parameter under several names.
    const got = computed.get(name.replace(/implicit_filter\.\d+\.freq$/, 'implicit_filter.1.freq'));
    const want = wanted.get(name)!;
    if (got === undefined) throw new Error(`parity: 'grad.${name}' is the gradient of no parameter of this block`);
    const own = magnitude(want);
    const scale = own > CANCELLED * largest ? own : CANCELLED_SCALE * largest;
    return compare({ group: 'gradient', name, bound: boundsHere().gradient }, got, want, scale);
  });
}

/** Gradients of sum(y·r), under the authors' names. */
async function gradients(
  mixer: OrchidMixer,
  x: tf.Variable,
  cotangent: Float32Array,
  shape: [number, number, number],
): Promise<Map<string, Float32Array>> {
  const parameters = [...mixer.namedParameters()].filter(([, { variable }]) => variable.trainable);
  const variables = [x, ...parameters.map(([, { variable }]) => variable)];
  const { value, grads } = tf.variableGrads(
    () => tf.sum(tf.mul(mixer.forward(x as unknown as tf.Tensor3D), tf.tensor3d(cotangent, shape))) as tf.Scalar,
    variables,
  );
  value.dispose();
  const found = new Map<string, Float32Array>();
  found.set('x', await take(grads[x.name]!));
  for (const [name, { variable }] of parameters) {
    found.set(authorsName(name, mixer.options.conditioning ?? 'I').name, await take(grads[variable.name]!));
  }
  return found;
}
