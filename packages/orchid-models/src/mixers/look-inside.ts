// Shows what Orchid mixers make of an input while a model runs: kernels, gates, results, for pages and notebooks that draw them.
import type { Spectrum } from '@orchid-ml/dd-conv';
import * as tf from '@tensorflow/tfjs-core';

/** One forward pass through one Orchid mixer; tensors are float32. See `OrchidMixer` for what they are. */
export interface OrchidInside {
  /** h0 [L, D] as the implicit filter gives it, before the scale of `norm` */
  readonly staticKernel: tf.Tensor2D;
  /** H, made from the data: for dft a pair of [B, bins, D], for dct [B, L, D]; a `spectrum` for `ddConv` */
  readonly spectrum: Spectrum;
  /** d [D] */
  readonly skip: tf.Tensor1D;
  /** g1 [B, L, D] */
  readonly inputGate: tf.Tensor3D;
  /** v [B, L, D] */
  readonly value: tf.Tensor3D;
  /** g0 [B, L, D] */
  readonly outputGate: tf.Tensor3D;
  /** g0 ⊙ ddConv(g1 ⊙ v) [B, L, D], before the residual convolution and the output layer */
  readonly output: tf.Tensor3D;
  readonly transform: 'dft' | 'dct';
  readonly norm: 'forward' | 'ortho' | 'backward';
  readonly kernelDomain: 'frequency' | 'time';
}

/** What {@link lookInside} saw. */
export interface Looked<T extends tf.Tensor> {
  /** what the work gave */
  readonly value: T;
  /** in the order in which the mixers ran, of a model that of its blocks */
  readonly mixers: readonly OrchidInside[];
  /** Frees the value and all that was seen. */
  dispose(): void;
}

/** Who looks on now; work is synchronous, so that there is no other meanwhile. */
let watcher: ((seen: OrchidInside) => void) | null = null;

/** Called by a mixer with what it computed; costs nothing while nobody looks on. */
export function show(made: () => OrchidInside): void {
  watcher?.(made());
}

/**
 * Runs `work`, a model's forward pass, and keeps what each Orchid mixer in it computed on the way. The values are those of
 * a pass that nobody watches. Other mixers have none of this, and are left out.
 *
 * @param work synchronous; gives a tensor
 * @returns tensors that live until `dispose`, in a tidy too
 * @throws whatever work throws; nothing stays allocated then
 */
export function lookInside<T extends tf.Tensor>(work: () => T): Looked<T> {
  const mixers: OrchidInside[] = [];
  const kept: tf.Tensor[] = [];
  const keep = <S extends tf.Tensor>(tensor: S): S => {
    const copy = tf.keep(tf.clone(tensor));
    kept.push(copy);
    return copy;
  };
  const outer = watcher;
  watcher = (seen) => {
    const { spectrum } = seen;
    mixers.push({
      ...seen,
      staticKernel: keep(seen.staticKernel),
      spectrum: spectrum instanceof tf.Tensor ? keep(spectrum) : { re: keep(spectrum.re), im: keep(spectrum.im) },
      skip: keep(seen.skip),
      inputGate: keep(seen.inputGate),
      value: keep(seen.value),
      outputGate: keep(seen.outputGate),
      output: keep(seen.output),
    });
    // Whoever looks on from further out sees it too.
    outer?.(seen);
  };
  try {
    const value = tf.keep(tf.tidy(work));
    return { value, mixers, dispose: () => tf.dispose([value, ...kept]) };
  } catch (error) {
    tf.dispose(kept);
    throw error;
  } finally {
    watcher = outer;
  }
}
