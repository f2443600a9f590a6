// What distinguishes the transforms: where their points come from and where their results go. Hooks in WGSL that passes of every
// kind call, so that each is written once, for transforms in one pass and in several.
import type { BufferSlot, Scalar } from '@orchid-ml/backends/webgpu-host';

/** One end of a transform: buffers, and the function that reads or writes them. */
export interface Hook {
  readonly buffers: readonly BufferSlot[];
  readonly params?: Readonly<Record<string, Scalar>>;
  /** WGSL; sees `params` with {@link SIGNAL_PARAMS}, `times` and the functions of {@link SIGNALS} */
  readonly declarations: string;
}

/**
 * A transform with e^(-2πi kt/n):
 * - `input`: `fn sample(t: u32, o: u32, p: u32) -> vec2f`, point t of lane (o, p);
 * - `output`: `fn give(k: u32, o: u32, p: u32, z: vec2f, w: vec2f)`, called for each k <= n/2 with bins k and n - k (k = 0: both
 *   are bin 0).
 *
 * A transform with e^(+2πi kt/n):
 * - `input`: `fn bins(k: u32, o: u32, p: u32) -> vec4f`, bins k and n - k, for each k <= n/2;
 * - `output`: `fn keep(t: u32, o: u32, p: u32, value: vec2f)`.
 */
export interface Operation {
  readonly name: string;
  readonly direction: 'forward' | 'backward';
  /** real signals a lane carries, or 1 complex one */
  readonly of: 1 | 2;
  readonly input: Hook;
  readonly output: Hook;
}
