// Grouped convolution over a sequence on the cpu engine: float64 inside, float32 outside.
import { type GroupedConv1dSizes, groupedConv1d, groupedConv1dGrad } from '../../plain/grouped-conv1d.ts';
import { input, registerKernelOnce } from '../register.ts';
import { type CpuBackend, float32, valuesOf } from './host.ts';

registerKernelOnce<CpuBackend>('OrchidGroupedConv1d', 'cpu', (args) => {
  const { backend, inputs } = args;
  const sizes = args.attrs as unknown as GroupedConv1dSizes;
  const y = groupedConv1d(
    valuesOf(backend, input(args, 'x')),
    valuesOf(backend, input(args, 'weight')),
    inputs.bias ? valuesOf(backend, inputs.bias) : null,
    sizes,
  );
  return float32(backend, [sizes.batch, sizes.length, sizes.outputs], y);
});

registerKernelOnce<CpuBackend>('OrchidGroupedConv1dGrad', 'cpu', (args) => {
  const { backend } = args;
  const sizes = args.attrs as unknown as GroupedConv1dSizes;
  const x = input(args, 'x');
  const weight = input(args, 'weight');
  const { dx, dweight, dbias } = groupedConv1dGrad(
    valuesOf(backend, x),
    valuesOf(backend, weight),
    valuesOf(backend, input(args, 'dy')),
    sizes,
  );
  return [
    float32(backend, x.shape, dx),
    float32(backend, weight.shape, dweight),
    float32(backend, [sizes.outputs], dbias),
  ];
});
