// Does the output roll with the input? The operator and the mixer, on a signal rolled by every number of positions at once.
import { DdConv, type Module, Rng } from '@orchid-ml/dd-conv';
import { createMixer } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import type { Rolled, RollInput } from '../../shared/look.ts';

const LENGTH = 64;
const WIDTH = 4;

/** Random weights: the property is the architecture's, not what it has learned. */
export async function rollAll(settings: RollInput): Promise<Rolled> {
  const rng = new Rng(settings.seed);
  const input = signal(rng);
  const layer = layerOf(settings, rng);
  try {
    const y = tf.tidy(() => layer.forward(tf.tensor3d(rolledRows(input), [LENGTH, LENGTH, WIDTH])));
    const outputs = Float32Array.from(await y.data<'float32'>().finally(() => y.dispose()));
    return { length: LENGTH, width: WIDTH, input, outputs, deviations: deviationsOf(outputs) };
  } finally {
    layer.dispose();
  }
}

function layerOf(
  { part, transform, conditioning, padding, staticKernel }: RollInput,
  rng: Rng,
): Module & { forward(x: tf.Tensor3D): tf.Tensor3D } {
  const common = { width: WIDTH, lMax: LENGTH, transform, norm: 'ortho' } as const;
  if (part === 'operator') {
    return new DdConv({ ...common, type: conditioning, paddingMode: padding, staticKernel }, rng);
  }
  return createMixer({ kind: 'orchid', ...common, conditioning, network: { paddingMode: padding } }, rng);
}

/** Some bumps and waves in each channel, [L, D]: something that one sees moving. */
function signal(rng: Rng): Float32Array {
  const values = new Float32Array(LENGTH * WIDTH);
  for (let c = 0; c < WIDTH; c++) {
    for (let bump = 0; bump < 2 + c; bump++) {
      const [centre, height, breadth] = [rng.uniform(0, LENGTH), rng.normal(), rng.uniform(1, 5)];
      for (let t = 0; t < LENGTH; t++) {
        const distance = Math.min(Math.abs(t - centre), LENGTH - Math.abs(t - centre));
        values[t * WIDTH + c]! += height * Math.exp(-((distance / breadth) ** 2));
      }
    }
  }
  return values;
}

/** Row s is x rolled by s: x[(t - s) mod L] at t. */
function rolledRows(x: Float32Array): Float32Array {
  const rows = new Float32Array(LENGTH * x.length);
  for (let s = 0; s < LENGTH; s++) {
    rows.set(x.subarray(0, (LENGTH - s) * WIDTH), s * x.length + s * WIDTH);
    rows.set(x.subarray((LENGTH - s) * WIDTH), s * x.length);
  }
  return rows;
}

/** For each s the largest difference from row 0 rolled by s, over row 0's largest value. */
function deviationsOf(outputs: Float32Array): Float32Array {
  const size = LENGTH * WIDTH;
  const first = outputs.subarray(0, size);
  const largest = first.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const wanted = rolledRows(first);
  return Float32Array.from({ length: LENGTH }, (_, s) => {
    let most = 0;
    for (let i = s * size; i < (s + 1) * size; i++) most = Math.max(most, Math.abs(outputs[i]! - wanted[i]!));
    return most / largest;
  });
}
