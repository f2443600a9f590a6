// The linear layer on the cpu engine: float64 inside, float32 outside.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Activation, type LinearSizes, linear, linearGrad } from '../../plain/linear.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { type CpuBackend, float32, valuesOf } from './host.ts';

registerKernelOnce<CpuBackend>('OrchidLinear', 'cpu', (args) => {
  const { backend, inputs, attrs } = args;
  const [x, weight] = [input(args, 'x'), input(args, 'weight')];
  const sizes = sizesOf(x, weight);
  const { y, slope } = linear(
    valuesOf(backend, x),
    valuesOf(backend, weight),
    inputs.bias ? valuesOf(backend, inputs.bias) : null,
    attrs.activation as Activation,
    sizes,
  );
  const shape = [...x.shape.slice(0, -1), sizes.outputs];
  const value = float32(backend, shape, y);
  return slope && attrs.wantsSlope ? [value, float32(backend, shape, slope)] : value;
});

registerKernelOnce<CpuBackend>('OrchidLinearGrad', 'cpu', (args) => {
  const { backend, inputs } = args;
  const [x, weight] = [input(args, 'x'), input(args, 'weight')];
  const sizes = sizesOf(x, weight);
  const { dx, dweight, dbias } = linearGrad(
    valuesOf(backend, x),
    valuesOf(backend, weight),
    valuesOf(backend, input(args, 'dy')),
    inputs.slope ? valuesOf(backend, inputs.slope) : null,
    sizes,
  );
  return [
    float32(backend, x.shape, dx),
    float32(backend, weight.shape, dweight),
    float32(backend, [sizes.outputs], dbias),
  ];
});

function sizesOf(x: TensorInfo, weight: TensorInfo): LinearSizes {
  const [outputs, inputs] = weight.shape as [number, number];
  return { rows: sizeOf(x.shape.slice(0, -1)), inputs, outputs };
}
