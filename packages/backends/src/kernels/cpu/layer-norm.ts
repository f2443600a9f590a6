// Layer normalisation on the cpu engine: float64 inside, float32 outside.
import { layerNorm, layerNormGrad } from '../../plain/layer-norm.ts';
import { input, registerKernelOnce } from '../register.ts';
import { type CpuBackend, float32, valuesOf } from './host.ts';

registerKernelOnce<CpuBackend>('OrchidLayerNorm', 'cpu', (args) => {
  const { backend, inputs, attrs } = args;
  const x = input(args, 'x');
  const channels = x.shape.at(-1) ?? 1;
  const { y, mean, inverseDeviation } = layerNorm(
    valuesOf(backend, x),
    channels,
    inputs.weight ? valuesOf(backend, inputs.weight) : null,
    inputs.bias ? valuesOf(backend, inputs.bias) : null,
    attrs.eps as number,
  );
  return [
    float32(backend, x.shape, y),
    float32(backend, [mean.length], mean),
    float32(backend, [mean.length], inverseDeviation),
  ];
});

registerKernelOnce<CpuBackend>('OrchidLayerNormGrad', 'cpu', (args) => {
  const { backend, inputs, attrs } = args;
  const x = input(args, 'x');
  const channels = x.shape.at(-1) ?? 1;
  const { dx, dweight, dbias } = layerNormGrad(
    valuesOf(backend, x),
    valuesOf(backend, input(args, 'dy')),
    channels,
    inputs.weight ? valuesOf(backend, inputs.weight) : null,
    attrs.eps as number,
  );
  return [float32(backend, x.shape, dx), float32(backend, [channels], dweight), float32(backend, [channels], dbias)];
});
