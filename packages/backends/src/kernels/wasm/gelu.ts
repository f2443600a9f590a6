// GELU on the wasm engine.
import { addressOf, makeOutput, type WasmBackend } from '../../wasm-host/index.ts';
import { input, registerKernelOnce, sizeOf } from '../register.ts';
import { engine } from './engine.ts';

registerKernelOnce<WasmBackend>('OrchidGelu', 'wasm', (args) => {
  const { backend } = args;
  const x = input(args, 'x');
  const y = makeOutput(backend, x.shape, 'float32', 'gelu');
  engine(backend).gelu(addressOf(backend, x), addressOf(backend, y), sizeOf(x.shape));
  return y;
});

registerKernelOnce<WasmBackend>('OrchidGeluGrad', 'wasm', (args) => {
  const { backend } = args;
  const x = input(args, 'x');
  const dx = makeOutput(backend, x.shape, 'float32', 'the gradient of gelu');
  const [from, dy, to] = [x, input(args, 'dy'), dx].map((tensor) => addressOf(backend, tensor)) as [
    number,
    number,
    number,
  ];
  engine(backend).geluGrad(from, dy, to, sizeOf(x.shape));
  return dx;
});
