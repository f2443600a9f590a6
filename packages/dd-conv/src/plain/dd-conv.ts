// The definition of the convolution and its gradients in float64 on flat arrays: the cpu kernels compute with it, tests
// differentiate it numerically, and people without TensorFlow.js can use it.
import { dct, idct, irfft, rfft } from '@orchid-ml/fft/plain';

/** Flat, channels last. */
type Values = ArrayLike<number>;

/** Sizes and settings. All arrays are channels last. */
export interface DdConvSettings {
  readonly batch: number;
  readonly length: number;
  readonly width: number;
  readonly transform: 'dft' | 'dct';
  /** points of the transform, at least `length`: more pads with zeros, which makes a `dft` convolution causal; default `length` */
  readonly fftLength?: number;
  /** factor of the static kernel's spectrum, dft only; default 1 */
  readonly kernelScale?: number;
}

export interface DdConvArrays {
  /** z [batch, length, width] */
  readonly z: Values;
  /** h0 [rows, width], or [batch, rows, width] with `perExample` */
  readonly kernel?: { readonly values: Values; readonly rows: number; readonly perExample: boolean };
  /** H [batch, bins, width]; dct: re alone, bins = fftLength; dft: bins = floor(fftLength/2) + 1 */
  readonly spectrum?: { readonly re: Values; readonly im?: Values };
  /** d [width] */
  readonly skip?: Values;
  /** what z is multiplied by, [batch, length, width] */
  readonly inputGate?: Values;
  /** what y is multiplied by, [batch, length, width] */
  readonly outputGate?: Values;
}

export interface DdConvGradients {
  readonly z: Float64Array;
  readonly kernel?: Float64Array;
  readonly spectrum?: { readonly re: Float64Array; readonly im?: Float64Array };
  readonly skip?: Float64Array;
  readonly inputGate?: Float64Array;
  readonly outputGate?: Float64Array;
}

/** A spectrum of one channel; for dct `im` is empty. */
interface Spectrum {
  re: Float64Array;
  im: Float64Array;
}

const none = new Float64Array(0);

/** The transform of one real column and its inverse, in both of the operator's versions. */
function transformOf(settings: DdConvSettings) {
  const n = settings.fftLength ?? settings.length;
  if (settings.transform === 'dct') {
    return {
      n,
      bins: n,
      scale: 1,
      forward: (x: Float64Array): Spectrum => ({ re: dct(x), im: none }),
      inverse: (s: Spectrum): Float64Array => idct(s.re),
      // The transform is orthonormal, so it carries a gradient to and fro unchanged.
      weight: (_k: number): number => 1,
    };
  }
  return {
    n,
    bins: Math.floor(n / 2) + 1,
    scale: settings.kernelScale ?? 1,
    forward: (x: Float64Array): Spectrum => rfft(x),
    inverse: (s: Spectrum): Float64Array => irfft(s.re, s.im, { n }),
    // d irfft / d bin: every bin but frequency 0 and n/2 also stands for its mirror image.
    weight: (k: number): number => (k === 0 || 2 * k === n ? 1 : 2) / n,
  };
}

/** Rows of channel `c` from a [rows, width] block that begins at `offset`, followed by zeros up to n. */
function column(from: Values, offset: number, rows: number, width: number, c: number, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let t = 0; t < rows; t++) out[t] = from[offset + t * width + c]!;
  return out;
}

function store(to: Float64Array, offset: number, rows: number, width: number, c: number, values: Float64Array): void {
  for (let t = 0; t < rows; t++) to[offset + t * width + c] = values[t]!;
}

/** a ⊙ b, or conj(a) ⊙ b. */
function product(a: Spectrum, b: Spectrum, conjugate: boolean): Spectrum {
  const sign = conjugate ? -1 : 1;
  const isReal = a.im.length === 0;
  return {
    re: a.re.map((x, k) => (isReal ? x * b.re[k]! : x * b.re[k]! - sign * a.im[k]! * b.im[k]!)),
    im: a.im.map((y, k) => a.re[k]! * b.im[k]! + sign * y * b.re[k]!),
  };
}

/** F(h0)·scale + H for example b and channel c. */
function kernelSpectrum(settings: DdConvSettings, arrays: DdConvArrays, b: number, c: number): Spectrum {
  const { n, bins, scale, forward } = transformOf(settings);
  const { width } = settings;
  const total: Spectrum = {
    re: new Float64Array(bins),
    im: settings.transform === 'dct' ? none : new Float64Array(bins),
  };
  const { kernel, spectrum } = arrays;
  if (kernel) {
    const offset = kernel.perExample ? b * kernel.rows * width : 0;
    const s = forward(column(kernel.values, offset, kernel.rows, width, c, n));
    total.re.forEach((_, k) => {
      total.re[k]! += scale * s.re[k]!;
    });
    total.im.forEach((_, k) => {
      total.im[k]! += scale * s.im[k]!;
    });
  }
  if (spectrum) {
    total.re.forEach((_, k) => {
      total.re[k]! += spectrum.re[(b * bins + k) * width + c]!;
    });
    total.im.forEach((_, k) => {
      // A real signal's frequency 0 and n/2 are real: what H says there is not heard.
      if (k > 0 && 2 * k < n) total.im[k]! += spectrum.im![(b * bins + k) * width + c]!;
    });
  }
  return total;
}

function times(values: Values, gate: Values | undefined): Float64Array {
  return Float64Array.from({ length: values.length }, (_, i) => values[i]! * (gate ? gate[i]! : 1));
}

/** y = outputGate ⊙ (F⁻¹(F(z) ⊙ (s·F(h0) + H)) + d ⊙ z), [batch, length, width], where z is inputGate ⊙ z. */
export function ddConv(settings: DdConvSettings, arrays: DdConvArrays): Float64Array {
  return times(ungated(settings, { ...arrays, z: times(arrays.z, arrays.inputGate) }), arrays.outputGate);
}

function ungated(settings: DdConvSettings, arrays: DdConvArrays): Float64Array {
  const { batch, length, width } = settings;
  const { n, forward, inverse } = transformOf(settings);
  const y = new Float64Array(batch * length * width);
  for (let c = 0; c < width; c++) {
    const skip = arrays.skip?.[c] ?? 0;
    for (let b = 0; b < batch; b++) {
      const offset = b * length * width;
      const z = column(arrays.z, offset, length, width, c, n);
      const filtered = inverse(product(forward(z), kernelSpectrum(settings, arrays, b, c), false));
      store(
        y,
        offset,
        length,
        width,
        c,
        filtered.map((value, t) => value + skip * z[t]!),
      );
    }
  }
  return y;
}

/**
 * Gradients of sum(y ⊙ dy) in every array that is there. With K = s·F(h0) + H and G = F(dy):
 * dz = F⁻¹(conj(K) ⊙ G) + d ⊙ dy, dH_k = (w_k/n)·conj(Z_k)·G_k, dh0 = s·F⁻¹(conj(Z) ⊙ G), dd = Σ dy ⊙ z.
 * The gates are products apart.
 */
export function ddConvGradient(settings: DdConvSettings, arrays: DdConvArrays, dy: Values): DdConvGradients {
  const { z, inputGate, outputGate } = arrays;
  const inner = { ...arrays, z: times(z, inputGate) };
  const gradients = ungatedGradient(settings, inner, times(dy, outputGate));
  return {
    ...gradients,
    z: times(gradients.z, inputGate),
    ...(inputGate && { inputGate: times(gradients.z, z) }),
    ...(outputGate && { outputGate: times(dy, ungated(settings, inner)) }),
  };
}

function ungatedGradient(settings: DdConvSettings, arrays: DdConvArrays, dy: Values): DdConvGradients {
  const { batch, length, width, transform } = settings;
  const { n, bins, scale, forward, inverse, weight } = transformOf(settings);
  const dz = new Float64Array(batch * length * width);
  const dKernel = arrays.kernel && new Float64Array(arrays.kernel.values.length);
  const dRe = arrays.spectrum && new Float64Array(batch * bins * width);
  const dIm = arrays.spectrum && transform === 'dft' ? new Float64Array(batch * bins * width) : undefined;
  const dSkip = arrays.skip && new Float64Array(width);
  for (let c = 0; c < width; c++) {
    const skip = arrays.skip?.[c] ?? 0;
    for (let b = 0; b < batch; b++) {
      const offset = b * length * width;
      const z = column(arrays.z, offset, length, width, c, n);
      const g = column(dy, offset, length, width, c, n);
      const G = forward(g);
      const filtered = inverse(product(kernelSpectrum(settings, arrays, b, c), G, true));
      store(
        dz,
        offset,
        length,
        width,
        c,
        filtered.map((value, t) => value + skip * g[t]!),
      );
      if (dSkip) dSkip[c]! += g.reduce((sum, value, t) => sum + value * z[t]!, 0);

      const cross = product(forward(z), G, true);
      for (let k = 0; k < bins; k++) {
        const at = (b * bins + k) * width + c;
        if (dRe) dRe[at] = weight(k) * cross.re[k]!;
        if (dIm) dIm[at] = k === 0 || 2 * k === n ? 0 : weight(k) * cross.im[k]!;
      }
      if (arrays.kernel && dKernel) {
        const { rows, perExample } = arrays.kernel;
        const at = perExample ? b * rows * width : 0;
        const dh = inverse(cross);
        for (let t = 0; t < rows; t++) dKernel[at + t * width + c]! += scale * dh[t]!;
      }
    }
  }
  return {
    z: dz,
    ...(dKernel && { kernel: dKernel }),
    ...(dRe && { spectrum: dIm ? { re: dRe, im: dIm } : { re: dRe } }),
    ...(dSkip && { skip: dSkip }),
  };
}
