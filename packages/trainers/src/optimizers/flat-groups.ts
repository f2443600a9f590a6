// Packs many small parameters into a few long vectors: an optimiser's arithmetic then takes a kernel or a dozen ops in
// all, not as many for each of seventy tensors, and whoever adds gradients up across workers has a few arrays to add.
import type { Parameter } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, numbered, PACK } from '../kernels/names.ts';

/** One parameter's place. */
export interface Member {
  readonly name: string;
  readonly parameter: Parameter;
  readonly offset: number;
  readonly size: number;
}

/** Parameters that share their settings, end to end in one vector. */
export interface FlatGroup {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly members: readonly Member[];
  readonly size: number;
}

/** Vectors stop growing here, so that a large model does not need a second copy of itself in one piece. */
const LIMIT = 2 ** 22;

/** Groups the trainable parameters by their settings, in order, in vectors of about 4 M values at most. */
export function makeGroups(
  parameters: ReadonlyMap<string, Parameter>,
  settings: (name: string, parameter: Parameter) => { learningRate: number; weightDecay: number },
): FlatGroup[] {
  const open = new Map<string, { learningRate: number; weightDecay: number; members: Member[]; size: number }>();
  const groups: FlatGroup[] = [];
  for (const [name, parameter] of parameters) {
    if (!parameter.variable.trainable) continue;
    const { learningRate, weightDecay } = settings(name, parameter);
    const size = parameter.variable.size;
    const key = `${learningRate} ${weightDecay}`;
    let group = open.get(key);
    if (!group || group.size + size > LIMIT) {
      group = { learningRate, weightDecay, members: [], size: 0 };
      open.set(key, group);
      groups.push(group);
    }
    group.members.push({ name, parameter, offset: group.size, size });
    group.size += size;
  }
  return groups;
}

/**
 * The tensors of a group, end to end.
 *
 * @param tensorOf the tensor for a member, of the parameter's shape
 * @returns float32 [group.size]
 */
export function pack(group: FlatGroup, tensorOf: (member: Member) => tf.Tensor): tf.Tensor1D {
  const parts = group.members.map(tensorOf);
  if (hasKernel(PACK)) return tf.engine().runKernel(PACK, numbered(parts)) as tf.Tensor1D;
  return tf.tidy(() => {
    const flat = parts.map((part) => tf.reshape(part, [part.size]) as tf.Tensor1D);
    return flat.length === 1 ? (tf.clone(flat[0]!) as tf.Tensor1D) : tf.concat1d(flat);
  });
}

/** Writes a vector back into the parameters of its group. */
export function assign({ members }: FlatGroup, values: tf.Tensor1D): void {
  tf.tidy(() => {
    const parts =
      members.length === 1
        ? [values]
        : tf.split(
            values,
            members.map(({ size }) => size),
          );
    for (const [i, { parameter }] of members.entries()) {
      parameter.variable.assign(tf.reshape(parts[i]!, parameter.variable.shape));
    }
  });
}
