// What a fused convolution or its gradients are made of, by which their programs differ.

/** What a program computes: y, or gradients by the name of what they belong to. */
export type Output = 'y' | 'z' | 'kernel' | 'spectrum' | 'skip' | 'inputGate' | 'outputGate';

export interface Fused {
  readonly transform: 'dft' | 'dct';
  /** rows in which a transform lies after its first pass, each of the shared transform's length; 1: all is one pass */
  readonly n1: number;
  /** of the transform, of a row */
  readonly isEvenLength: boolean;
  /** of the tensors' rows */
  readonly isEvenWidth: boolean;
  readonly kernel: 'none' | 'shared' | 'per example';
  readonly hasSpectrum: boolean;
  readonly hasSkip: boolean;
  /** in one pass only: the passes over columns have them otherwise */
  readonly hasInputGate: boolean;
  readonly hasOutputGate: boolean;
  /**
   * Rows have y, z and kernel only besides what belongs to bins: y in the place of the signal, dz in that of the gradient,
   * the kernel's gradient in that of the kernel, which is not scaled.
   */
  readonly outputs: readonly Output[];
}

/** What has to be transformed and read for the outputs. */
export function needsOf({ outputs, kernel, hasSpectrum, hasSkip }: Fused) {
  const has = (...names: Output[]) => names.some((name) => outputs.includes(name));
  const filtersSignal = has('y', 'outputGate');
  const filtersGradient = has('z', 'inputGate');
  const correlates = has('kernel', 'spectrum', 'skip');
  const filters = filtersSignal || filtersGradient;
  return {
    filtersSignal,
    filtersGradient,
    correlates,
    /** z transformed */
    signal: filtersSignal || correlates,
    /** dy transformed */
    gradient: filtersGradient || correlates,
    kernel: filters && kernel !== 'none',
    spectrum: filters && hasSpectrum,
    skip: filters && hasSkip,
  };
}
