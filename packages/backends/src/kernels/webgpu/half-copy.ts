// What ops save for their gradients, in half precision: with `useBackend('webgpu', { precision: 'mixed' })`.

import { halfCopy } from '../../webgpu-host/half.ts';
import type { WebGpuBackend } from '../../webgpu-host/index.ts';
import { input, registerKernelOnce } from '../register.ts';

registerKernelOnce<WebGpuBackend>('OrchidHalfCopy', 'webgpu', (args) =>
  halfCopy(args.backend, input(args, 'x'), args.inputs.shift ?? null),
);
