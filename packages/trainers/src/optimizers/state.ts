// Moments between the optimiser's packed vectors and one named array a parameter, the form in which they are saved.
import type { SafetensorsTensor } from '@orchid-ml/orchid-models';
import type { FlatGroup } from './flat-groups.ts';

/** Adds `<kind>.<parameter>` for every member of a group to `state`. */
export function unpackMoments(
  state: Map<string, SafetensorsTensor>,
  kind: string,
  group: FlatGroup,
  values: Float32Array,
): void {
  for (const { name, parameter, offset, size } of group.members) {
    const data = values.slice(offset, offset + size);
    state.set(`${kind}.${name}`, { dtype: 'F32', shape: [...parameter.variable.shape], data });
  }
}

/**
 * A group's vector from the saved arrays; the names it took are added to `used`.
 *
 * @throws Error naming an array that is missing or of another shape or dtype
 */
export function packMoments(
  state: ReadonlyMap<string, SafetensorsTensor>,
  kind: string,
  group: FlatGroup,
  used: Set<string>,
): Float32Array {
  const values = new Float32Array(group.size);
  for (const { name, parameter, offset } of group.members) {
    const key = `${kind}.${name}`;
    const saved = state.get(key);
    if (!saved) throw new Error(`AdamW.loadState: '${key}' is missing; this state is of another model`);
    const { shape } = parameter.variable;
    if (saved.dtype !== 'F32' || String(saved.shape) !== String(shape)) {
      throw new Error(`AdamW.loadState: '${key}' is ${saved.dtype} [${saved.shape}]; want F32 [${shape}]`);
    }
    values.set(saved.data as Float32Array, offset);
    used.add(key);
  }
  return values;
}
