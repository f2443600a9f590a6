// The gradients of the kernels: each is the adjoint transform, run by the same kernels, so it can be differentiated too.
// Real and imaginary parts count as independent real tensors.
import {
  type GradConfig,
  getGradient,
  type NamedAttrMap,
  pad,
  registerGradient,
  slice,
  type Tensor,
} from '@tensorflow/tfjs-core';
import {
  attrMap,
  binsOf,
  type ComplexAttrs,
  DCT,
  FFT,
  IDCT,
  IFFT,
  IRFFT,
  type RealAttrs,
  RFFT,
} from '../kernels/contract.ts';
import { run } from './arguments.ts';

/** Cuts or pads one axis: the adjoint of padding or cutting it. */
function resizeAxis(x: Tensor, axis: number, size: number): Tensor {
  const given = x.shape[axis]!;
  if (given === size) return x;
  if (given > size) {
    return slice(
      x,
      x.shape.map(() => 0),
      x.shape.map((old, i) => (i === axis ? size : old)),
    );
  }
  return pad(
    x,
    x.shape.map((_, i): [number, number] => [0, i === axis ? size - given : 0]),
  );
}

const asReal = (attrs: NamedAttrMap): RealAttrs => attrs as unknown as RealAttrs;

/** Gradient of a complex transform: the other direction at the same scale. */
function complexGradient(kernelName: string, adjoint: string): GradConfig {
  return {
    kernelName,
    inputsToSave: [],
    gradFunc: (dy, _saved, attrs) => {
      const [gre, gim] = dy as Tensor[];
      const { axis, n, rows, scale } = attrs as unknown as ComplexAttrs;
      // computed here, once for both: tfjs runs each of the functions below in a tidy of its own
      const [re, im] = run(adjoint, adjoint, { re: gre!, im: gim! }, attrMap({ axis, n, rows: n, scale }));
      return { re: () => resizeAxis(re!, axis, rows), im: () => resizeAxis(im!, axis, rows) };
    },
  };
}

/** Gradient of a real-to-real transform; `factor` turns its middle scale into the adjoint's (see RealAttrs). */
function cosineGradient(kernelName: string, adjoint: string, factor: number): GradConfig {
  return {
    kernelName,
    inputsToSave: [],
    gradFunc: (dy, _saved, attrs) => {
      const { axis, n, rows, edge, middle } = asReal(attrs);
      return {
        x: () => {
          const [x] = run(
            adjoint,
            adjoint,
            { x: dy as Tensor },
            attrMap({ axis, n, rows: n, edge, middle: middle * factor }),
          );
          return resizeAxis(x!, axis, rows);
        },
      };
    },
  };
}

const rfftGradient: GradConfig = {
  kernelName: RFFT,
  inputsToSave: [],
  gradFunc: (dy, _saved, attrs) => {
    const [gre, gim] = dy as Tensor[];
    const { axis, n, rows, edge, middle } = asReal(attrs);
    return {
      x: () => {
        const [x] = run(
          IRFFT,
          IRFFT,
          { re: gre!, im: gim! },
          attrMap({ axis, n, rows: binsOf(n), edge, middle: middle / 2 }),
        );
        return resizeAxis(x!, axis, rows);
      },
    };
  },
};

const irfftGradient: GradConfig = {
  kernelName: IRFFT,
  inputsToSave: [],
  gradFunc: (dy, _saved, attrs) => {
    const { axis, n, rows, edge, middle } = asReal(attrs);
    const [re, im] = run(RFFT, RFFT, { x: dy as Tensor }, attrMap({ axis, n, rows: n, edge, middle: 2 * middle }));
    return { re: () => resizeAxis(re!, axis, rows), im: () => resizeAxis(im!, axis, rows) };
  },
};

const gradients = [
  rfftGradient,
  irfftGradient,
  complexGradient(FFT, IFFT),
  complexGradient(IFFT, FFT),
  cosineGradient(DCT, IDCT, 0.5),
  cosineGradient(IDCT, DCT, 2),
];

for (const gradient of gradients) if (!getGradient(gradient.kernelName)) registerGradient(gradient);
