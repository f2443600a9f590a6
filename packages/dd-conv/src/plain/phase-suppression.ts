// Type I conditioning and its gradients in float64 on flat arrays, step by step as the paper writes it: the cpu kernel
// computes with it, and tests differentiate it numerically.
import {
  type GroupedConv1dSizes,
  groupedConv1d,
  groupedConv1dGrad,
  layerNorm,
  layerNormGrad,
  type PaddingMode,
  paddedRows,
} from '@orchid-ml/backends/plain';
import { dct, idct, irfft, rfft } from '@orchid-ml/fft/plain';

/** Flat, channels last. */
type Values = ArrayLike<number>;

export interface PhaseSuppressionSettings {
  readonly batch: number;
  readonly length: number;
  readonly width: number;
  /** taps m of both convolutions, odd */
  readonly taps: number;
  readonly transform: 'dft' | 'dct';
  /** scale of F, dft only */
  readonly scale: number;
  /** |U|² or |U| */
  readonly isSquared: boolean;
  readonly paddingMode: PaddingMode;
  /** added to the variance by the norms */
  readonly eps: number;
}

/** One side's parameters: weight [p·width, 1, m], bias [p·width], and of its norm [p·width]; p is 2 on dft's frequency side. */
export interface SideArrays<V = Values> {
  readonly weight: V;
  readonly bias: V;
  readonly norm?: { readonly weight: V; readonly bias: V };
}

export interface PhaseSuppressionArrays {
  /** [batch, length, width] */
  readonly u: Values;
  readonly time: SideArrays;
  readonly frequency: SideArrays;
}

export interface PhaseSuppressionGradients {
  readonly u: Float64Array;
  readonly time: SideArrays<Float64Array>;
  readonly frequency: SideArrays<Float64Array>;
}

/** [batch, bins, width]; dct has no im. */
interface Spectra<V = Float64Array> {
  readonly re: V;
  readonly im?: V;
}

/** A conv and its norm, what came between, and the way back. */
function side(x: Values, arrays: SideArrays, sizes: GroupedConv1dSizes, eps: number) {
  const convolved = groupedConv1d(x, arrays.weight, arrays.bias, sizes);
  const { norm } = arrays;
  const y = norm ? layerNorm(convolved, sizes.outputs, norm.weight, norm.bias, eps).y : convolved;
  const back = (dy: Values) => {
    const normed = norm && layerNormGrad(convolved, dy, sizes.outputs, norm.weight, eps);
    const { dx, dweight, dbias } = groupedConv1dGrad(x, arrays.weight, normed?.dx ?? dy, sizes);
    const gradients: SideArrays<Float64Array> = {
      weight: dweight,
      bias: dbias,
      ...(normed && { norm: { weight: normed.dweight, bias: normed.dbias } }),
    };
    return { dx, gradients };
  };
  return { y, back };
}

/** Applies f to every column of [batch, rows, width]; f may change their length. */
function columns(x: Values, batch: number, width: number, f: (column: Float64Array) => Float64Array): Float64Array {
  const rows = x.length / (batch * width);
  let out: Float64Array | undefined;
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < width; c++) {
      const y = f(Float64Array.from({ length: rows }, (_, t) => x[(b * rows + t) * width + c]!));
      out ??= new Float64Array(batch * y.length * width);
      y.forEach((v, t) => {
        out![(b * y.length + t) * width + c] = v;
      });
    }
  }
  return out ?? new Float64Array(0);
}

function transformOf({ batch, width, length, transform, scale }: PhaseSuppressionSettings) {
  const each = (x: Values, f: (column: Float64Array) => Float64Array) => columns(x, batch, width, f);
  if (transform === 'dct') {
    return {
      forward: (x: Values): Spectra => ({ re: each(x, dct) }),
      // orthonormal: its inverse is its adjoint
      adjoint: ({ re }: Spectra) => each(re, idct),
    };
  }
  // irfft counts every bin but frequency 0 and n/2 twice, and divides by n.
  const once = (v: number, k: number) => (k === 0 || 2 * k === length ? v : v / 2) * length * scale;
  const none = new Float64Array(Math.floor(length / 2) + 1);
  return {
    forward: (x: Values): Spectra => ({
      re: each(x, (column) => rfft(column).re.map((v) => v * scale)),
      im: each(x, (column) => rfft(column).im.map((v) => v * scale)),
    }),
    adjoint: ({ re, im }: Spectra) => {
      const real = each(re, (column) => irfft(column.map(once), none, { n: length }));
      return each(im!, (column) => irfft(none, column.map(once), { n: length })).map((v, i) => v + real[i]!);
    },
  };
}

/** Everything on the way to H, and the way back. */
function run(settings: PhaseSuppressionSettings, arrays: PhaseSuppressionArrays) {
  const { batch, length, width, taps, transform, isSquared, paddingMode, eps } = settings;
  const bins = transform === 'dct' ? length : Math.floor(length / 2) + 1;
  const outputs = transform === 'dct' ? width : 2 * width;
  const sizes = { batch, inputs: width, groups: width, taps };
  const rowsOf = (count: number) => paddedRows(count, taps, 'same', paddingMode);
  const time = side(arrays.u, arrays.time, { ...sizes, length, outputs: width, rows: rowsOf(length) }, eps);
  const F = transformOf(settings);
  const { re, im } = F.forward(time.y);
  const power = re.map((v, i) => v * v + (im ? im[i]! ** 2 : 0));
  const measured = isSquared ? power : power.map(Math.sqrt);
  const frequency = side(measured, arrays.frequency, { ...sizes, length: bins, outputs, rows: rowsOf(bins) }, eps);
  const part = (k: number) => Float64Array.from(re, (_, i) => frequency.y[2 * i + k]!);
  const spectrum: Spectra = transform === 'dct' ? { re: frequency.y } : { re: part(0), im: part(1) };

  const back = (dH: Spectra<Values>): PhaseSuppressionGradients => {
    const dy = transform === 'dct' ? dH.re : frequency.y.map((_, i) => (i % 2 === 0 ? dH.re : dH.im!)[i >> 1]!);
    const upper = frequency.back(dy);
    // d|U|² = 2U, d|U| = U/|U|, and 0 where that is not defined
    const slope = upper.dx.map((d, i) => (isSquared ? 2 * d : measured[i] === 0 ? 0 : d / measured[i]!));
    const dU: Spectra = { re: re.map((v, i) => v * slope[i]!), ...(im && { im: im.map((v, i) => v * slope[i]!) }) };
    const lower = time.back(F.adjoint(dU));
    return { u: lower.dx, time: lower.gradients, frequency: upper.gradients };
  };
  return { spectrum, back };
}

/** H = frequency(|F(time(u))|²), or of |F(time(u))|. */
export function phaseSuppression(settings: PhaseSuppressionSettings, arrays: PhaseSuppressionArrays): Spectra {
  return run(settings, arrays).spectrum;
}

/** Gradients of sum(H ⊙ dH) in every array. */
export function phaseSuppressionGradient(
  settings: PhaseSuppressionSettings,
  arrays: PhaseSuppressionArrays,
  dH: Spectra<Values>,
): PhaseSuppressionGradients {
  return run(settings, arrays).back(dH);
}
