// The convolution by its defining sums in float64, O(N²) and without any fast transform: the truth of the tests.
import type { DdConvArrays, DdConvSettings } from '../src/plain/index.ts';

/** y = F⁻¹(F(z)(s·F(h0) + H)) + d z with F summed out; padded dft lengths are summed as the causal convolution. */
export function directDdConv(settings: DdConvSettings, arrays: DdConvArrays): Float64Array {
  const { z, inputGate, outputGate } = arrays;
  const y = direct(settings, inputGate ? { ...arrays, z: Float64Array.from(z, (v, i) => v * inputGate[i]!) } : arrays);
  return outputGate ? y.map((v, i) => v * outputGate[i]!) : y;
}

function direct(settings: DdConvSettings, arrays: DdConvArrays): Float64Array {
  const { batch, length, width, transform } = settings;
  const n = settings.fftLength ?? length;
  const y = new Float64Array(batch * length * width);
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < width; c++) {
      const z = Float64Array.from({ length }, (_, t) => arrays.z[(b * length + t) * width + c]!);
      const k = transform === 'dct' ? null : timeKernel(settings, arrays, n, b, c);
      const out = k ? circular(z, k) : cosine(settings, arrays, z, b, c);
      const d = arrays.skip?.[c] ?? 0;
      for (let t = 0; t < length; t++) y[(b * length + t) * width + c] = out[t]! + d * z[t]!;
    }
  }
  return y;
}

function staticKernel(
  settings: DdConvSettings,
  { kernel }: DdConvArrays,
  n: number,
  b: number,
  c: number,
): Float64Array {
  const h = new Float64Array(n);
  for (let t = 0; kernel && t < kernel.rows; t++) {
    h[t] = kernel.values[((kernel.perExample ? b * kernel.rows : 0) + t) * settings.width + c]!;
  }
  return h;
}

/** s·h0 + irfft(H), the sum written out; imaginary parts of H at 0 and n/2 do not count. */
function timeKernel(settings: DdConvSettings, arrays: DdConvArrays, n: number, b: number, c: number): Float64Array {
  const h = staticKernel(settings, arrays, n, b, c).map((v) => v * (settings.kernelScale ?? 1));
  if (!arrays.spectrum) return h;
  const bins = Math.floor(n / 2) + 1;
  return h.map((value, t) => {
    let sum = 0;
    for (let k = 0; k < bins; k++) {
      const at = (b * bins + k) * settings.width + c;
      const angle = (2 * Math.PI * ((k * t) % n)) / n;
      if (k === 0 || 2 * k === n) sum += arrays.spectrum!.re[at]! * Math.cos(angle);
      else sum += 2 * (arrays.spectrum!.re[at]! * Math.cos(angle) - arrays.spectrum!.im![at]! * Math.sin(angle));
    }
    return value + sum / n;
  });
}

function circular(z: Float64Array, k: Float64Array): Float64Array {
  const n = k.length;
  return Float64Array.from({ length: z.length }, (_, t) => z.reduce((sum, v, s) => sum + v * k[(t - s + n) % n]!, 0));
}

function cosine(settings: DdConvSettings, arrays: DdConvArrays, z: Float64Array, b: number, c: number): Float64Array {
  const n = z.length;
  const basis = (k: number, t: number) =>
    Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * ((k * (2 * t + 1)) % (4 * n))) / (2 * n));
  const forward = (x: Float64Array) => x.map((_, k) => x.reduce((sum, v, t) => sum + v * basis(k, t), 0));
  const h = forward(staticKernel(settings, arrays, n, b, c));
  const product = forward(z).map(
    (v, k) => v * (h[k]! + (arrays.spectrum ? arrays.spectrum.re[(b * n + k) * settings.width + c]! : 0)),
  );
  return z.map((_, t) => product.reduce((sum, v, k) => sum + v * basis(k, t), 0));
}
