// GELU on the cpu engine: float64 inside, float32 outside.
import { gelu, geluGrad } from '../../plain/gelu.ts';
import { input, registerKernelOnce } from '../register.ts';
import { type CpuBackend, float32, valuesOf } from './host.ts';

registerKernelOnce<CpuBackend>('OrchidGelu', 'cpu', (args) => {
  const x = input(args, 'x');
  return float32(args.backend, x.shape, gelu(valuesOf(args.backend, x)));
});

registerKernelOnce<CpuBackend>('OrchidGeluGrad', 'cpu', (args) => {
  const x = input(args, 'x');
  const dy = input(args, 'dy');
  return float32(args.backend, x.shape, geluGrad(valuesOf(args.backend, x), valuesOf(args.backend, dy)));
});
