// Convolutions of lengths that are neither short nor a product of small factors, where Bluestein's algorithm takes transforms twice
// as long: by the transforms of @orchid-ml/fft, and programs between them.
import { type Bound, dispatch, partOf, type Range, rangesOf } from '@orchid-ml/backends/webgpu-host';
import { binsOf, DCT, IDCT, IRFFT, type RealAttrs, RFFT } from '@orchid-ml/fft/wgsl';
import { getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Output } from '../../wgsl/fused.ts';
import { correlateProgram, cutProgram, filterProgram, groupsFor } from '../../wgsl/separate.ts';
import type { Convolution } from './convolution.ts';
import { sumParts } from './sums.ts';

/** A spectrum; of the cosine transform re alone. */
type Spectrum = readonly TensorInfo[];

/** Computes the outputs into the convolution's tensors. */
export function separate(convolution: Convolution, outputs: readonly Output[]): void {
  const scratch: TensorInfo[] = [];
  try {
    new Steps(convolution, scratch).run(outputs);
  } finally {
    for (const { dataId } of scratch) convolution.backend.disposeData(dataId);
  }
}

class Steps {
  private readonly convolution: Convolution;
  /** what is to be given back in the end */
  private readonly scratch: TensorInfo[];
  private readonly isReal: boolean;
  private readonly bins: number;

  constructor(convolution: Convolution, scratch: TensorInfo[]) {
    this.convolution = convolution;
    this.scratch = scratch;
    this.isReal = convolution.transform === 'dct';
    this.bins = this.isReal ? convolution.n : binsOf(convolution.n);
  }

  run(outputs: readonly Output[]): void {
    const { n, batch, kernelRows, scale, tensors, backend } = this.convolution;
    const has = (...names: Output[]) => names.some((name) => outputs.includes(name));
    const correlates = has('kernel', 'spectrum', 'skip');
    const kernel = tensors.kernel ? this.toBins(tensors.kernel) : [];
    const signal = this.gated('z', 'inputGate');
    const x = has('y', 'outputGate') || correlates ? this.toBins(signal) : [];
    const g = has('z') || correlates ? this.toBins(this.gated('dy', 'outputGate')) : [];
    if (correlates) {
      const d = has('spectrum') ? this.spectrumGradient() : this.emptyBins();
      this.correlate(x, g, d);
      if (has('skip')) sumParts(backend, d[0]!, batch * this.bins, tensors.dSkip!);
      if (has('kernel')) {
        // d has the weights of H's gradient: 1/n, and twice that for bins that stand for two.
        const samples = this.toSamples(this.kernelBins(d), scale, scale / 2);
        this.cut(samples, kernelRows, { to: 'dKernel' });
      }
    }
    if (has('z')) {
      this.filter(g, kernel, true);
      const other = has('inputGate') ? { other: 'dInputGate', otherGate: 'z' } : {};
      this.cut(this.toSamples(g, 1 / n, 1 / n), this.convolution.length, { to: 'dz', gate: 'inputGate', ...other });
    }
    if (has('y', 'outputGate')) {
      this.filter(x, kernel, false);
      const to = has('y') ? { to: 'y', gate: 'outputGate' } : { to: 'dOutputGate', gate: 'dy' };
      this.cut(this.toSamples(x, 1 / n, 1 / n), this.convolution.length, to);
    }
  }

  private make(shape: readonly number[]): TensorInfo {
    const made = this.convolution.backend.makeTensorInfo([...shape], 'float32');
    this.scratch.push(made);
    return made;
  }

  /** Transforms along the sequence by the kernel of another package. */
  private transform(name: string, inputs: Record<string, TensorInfo>, attrs: RealAttrs): TensorInfo[] {
    const kernel = getKernel(name, 'webgpu');
    if (!kernel) throw new Error(`ddConv: ${name} has no kernel for the backend 'webgpu'; import @orchid-ml/fft`);
    const results = kernel.kernelFunc({ inputs, backend: this.convolution.backend, attrs: { ...attrs } });
    const list = Array.isArray(results) ? results : [results];
    this.scratch.push(...list);
    return list;
  }

  private toBins(x: TensorInfo): Spectrum {
    const { n } = this.convolution;
    const rows = x.shape.at(-2)!;
    const axis = x.shape.length - 2;
    const scales = this.isReal ? { edge: Math.sqrt(1 / n), middle: Math.sqrt(2 / n) } : { edge: 1, middle: 1 };
    return this.transform(this.isReal ? DCT : RFFT, { x }, { axis, n, rows, ...scales });
  }

  /** The scales are those of the Fourier transform's bins; the cosine transform has its own. */
  private toSamples([re, im]: Spectrum, edge: number, middle: number): TensorInfo {
    const { n } = this.convolution;
    const axis = re!.shape.length - 2;
    const at = { axis, n, rows: re!.shape[axis]! };
    if (this.isReal) {
      return this.transform(IDCT, { x: re! }, { ...at, edge: Math.sqrt(1 / n), middle: Math.sqrt(0.5 / n) })[0]!;
    }
    return this.transform(IRFFT, { re: re!, im: im! }, { ...at, edge, middle })[0]!;
  }

  /** A tensor times its gate, if there is one. */
  private gated(name: string, gate: string): TensorInfo {
    const { tensors } = this.convolution;
    const x = tensors[name]!;
    if (!tensors[gate]) return x;
    const product = this.make(x.shape);
    this.cutInto(x, product, x.shape[1]!, { gate: tensors[gate] });
    return product;
  }

  /** The first rows of x, gated, into outputs of the convolution. */
  private cut(
    x: TensorInfo,
    rows: number,
    names: { to: string; gate?: string; other?: string; otherGate?: string },
  ): void {
    const { tensors } = this.convolution;
    const { to, gate, other, otherGate } = names;
    this.cutInto(x, tensors[to]!, rows, {
      gate: gate === undefined ? undefined : tensors[gate],
      ...(other && { other: tensors[other], otherGate: tensors[otherGate!] }),
    });
  }

  private cutInto(
    x: TensorInfo,
    out: TensorInfo,
    rows: number,
    { gate, other, otherGate }: Partial<Record<'gate' | 'other' | 'otherGate', TensorInfo | undefined>>,
  ): void {
    const { backend, width } = this.convolution;
    const [rowSize, fromRowSize] = [rows * width, x.shape.at(-2)! * width];
    this.inRanges(util.sizeFromShape(out.shape) / rowSize, [rowSize, fromRowSize], (range) => {
      const part = (tensor: TensorInfo): Bound => partOf(tensor, range, 4 * rowSize);
      const size = range.count * rowSize;
      dispatch(backend, cutProgram(gate !== undefined, other !== undefined), {
        buffers: {
          x: partOf(x, range, 4 * fromRowSize),
          out: part(out),
          ...(gate && { gate: part(gate) }),
          ...(other && { other: part(other), otherGate: part(otherGate!) }),
        },
        params: { size, rowSize, fromRowSize },
        groups: groupsFor(size),
      });
    });
  }

  /** Runs `call` for examples, or kernels, in ranges that the device binds, with so many numbers for each. */
  private inRanges(count: number, numbers: readonly number[], call: (range: Range) => void): void {
    const { backend } = this.convolution;
    const sizes = numbers.map((size) => 4 * size);
    for (const range of rangesOf(backend, { op: 'ddConv', item: 'an example', count, sizes })) call(range);
  }

  /** The same for the bins of examples; `part` is what belongs to a range. */
  private inBins(call: (part: (spectrum: TensorInfo) => Bound, size: number) => void): void {
    const exampleSize = this.bins * this.convolution.width;
    this.inRanges(this.convolution.batch, [exampleSize], (range) =>
      call((spectrum) => partOf(spectrum, range, 4 * exampleSize), range.count * exampleSize),
    );
  }

  private binParams(size: number) {
    const { n, width } = this.convolution;
    return { n, size, exampleSize: this.bins * width, width };
  }

  /** Times the filter's spectrum, or its conjugate, in place. */
  private filter([xRe, xIm]: Spectrum, [kernelRe, kernelIm]: Spectrum, conjugates: boolean): void {
    const { backend, kernel, scale, tensors } = this.convolution;
    const { re, im, skip } = tensors;
    const filtering = {
      isReal: this.isReal,
      conjugates,
      hasKernel: kernelRe !== undefined,
      hasSpectrum: re !== undefined,
      hasSkip: skip !== undefined,
    };
    const isShared = kernel === 'shared';
    this.inBins((part, size) => {
      const kernelPart = isShared ? (tensor: TensorInfo) => tensor : part;
      dispatch(backend, filterProgram(filtering), {
        buffers: {
          xRe: part(xRe!),
          ...(xIm && { xIm: part(xIm) }),
          ...(kernelRe && { kernelRe: kernelPart(kernelRe) }),
          ...(kernelIm && { kernelIm: kernelPart(kernelIm) }),
          ...(re && { re: part(re) }),
          ...(im && { im: part(im) }),
          ...(skip && { skip }),
        },
        params: {
          ...this.binParams(size),
          kernelSize: isShared ? util.sizeFromShape(kernelRe!.shape) : size,
          scale,
        },
        groups: groupsFor(size),
      });
    });
  }

  private emptyBins(): Spectrum {
    const { batch, width } = this.convolution;
    const shape = [batch, this.bins, width];
    return this.isReal ? [this.make(shape)] : [this.make(shape), this.make(shape)];
  }

  /** The spectrum's gradient, which is an output. */
  private spectrumGradient(): Spectrum {
    const { dRe, dIm } = this.convolution.tensors;
    return dIm ? [dRe!, dIm] : [dRe!];
  }

  private correlate([xRe, xIm]: Spectrum, [gRe, gIm]: Spectrum, [dRe, dIm]: Spectrum): void {
    this.inBins((part, size) =>
      dispatch(this.convolution.backend, correlateProgram(this.isReal), {
        buffers: {
          xRe: part(xRe!),
          gRe: part(gRe!),
          dRe: part(dRe!),
          ...(xIm && { xIm: part(xIm), gIm: part(gIm!), dIm: part(dIm!) }),
        },
        params: this.binParams(size),
        groups: groupsFor(size),
      }),
    );
  }

  /** The gradient of a kernel's spectrum: of a shared kernel's the sum over examples. */
  private kernelBins(d: Spectrum): Spectrum {
    const { backend, batch, kernel, width } = this.convolution;
    if (kernel === 'per example') return d;
    return d.map((part) => {
      const total = this.make([this.bins, width]);
      sumParts(backend, part, batch, total);
      return total;
    });
  }
}
