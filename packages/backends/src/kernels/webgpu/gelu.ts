// GELU on the webgpu engine.
import { halfOf, makeOutput, type WebGpuBackend } from '../../webgpu-host/index.ts';
import { geluGradProgram, geluProgram } from '../../wgsl/gelu.ts';
import { laneOf } from '../../wgsl/values.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { runElementwise } from './run.ts';

registerKernelOnce<WebGpuBackend>('OrchidGelu', 'webgpu', (args) => {
  const { backend } = args;
  const x = input(args, 'x');
  const y = makeOutput(backend, x.shape);
  const lane = laneOf(sizeOf(x.shape));
  runElementwise(backend, geluProgram(lane), lane, sizeOf(x.shape), { x, y });
  return y;
});

registerKernelOnce<WebGpuBackend>('OrchidGeluGrad', 'webgpu', (args) => {
  const { backend } = args;
  const x = input(args, 'x');
  const dx = makeOutput(backend, x.shape);
  const lane = laneOf(sizeOf(x.shape));
  const half = halfOf(backend, x);
  const program = geluGradProgram(lane, half !== undefined);
  runElementwise(backend, program, lane, sizeOf(x.shape), { x: half ?? x, dy: input(args, 'dy'), dx });
  return dx;
});
