// Softmax cross entropy on the wasm engine.
import { findBadLabel } from '../../plain/softmax-cross-entropy.ts';
import { addressOf, heapF32, heapI32, makeOutput, makeOutputs, type WasmBackend } from '../../wasm-host/index.ts';
import { input, registerKernelOnce } from '../register.ts';
import { engine } from './engine.ts';

registerKernelOnce<WasmBackend>('OrchidSoftmaxCrossEntropy', 'wasm', (args) => {
  const { backend } = args;
  const logits = input(args, 'logits');
  const labels = input(args, 'labels');
  const [rows = 0, classes = 0] = logits.shape;
  const bad = findBadLabel(heapI32(backend, addressOf(backend, labels), rows), classes);
  if (bad >= 0) {
    const label = heapI32(backend, addressOf(backend, labels), rows)[bad];
    throw new Error(`softmaxCrossEntropy: labels[${bad}] is ${label}; want 0..${classes - 1} (${classes} classes)`);
  }
  // The kernel leaves each row's largest logit and its sum of exponentials; the logarithms are taken here.
  const [loss, logSum] = makeOutputs(backend, [[rows], [rows]], 'softmaxCrossEntropy');
  const [from, largest, sums] = [logits, loss, logSum].map((tensor) => addressOf(backend, tensor)) as [
    number,
    number,
    number,
  ];
  if (rows > 0) engine(backend).softmaxSums(from, largest, sums, rows, classes);
  const values = heapF32(backend, from, rows * classes);
  const chosen = heapI32(backend, addressOf(backend, labels), rows);
  const top = heapF32(backend, largest, rows);
  const sum = heapF32(backend, sums, rows);
  for (let row = 0; row < rows; row++) {
    const logarithm = Math.log(sum[row]!);
    const above = top[row]! - values[row * classes + chosen[row]!]!;
    sum[row] = top[row]! + logarithm;
    top[row] = above + logarithm;
  }
  return [loss, logSum];
});

registerKernelOnce<WasmBackend>('OrchidSoftmaxCrossEntropyGrad', 'wasm', (args) => {
  const { backend } = args;
  const logits = input(args, 'logits');
  const [rows = 0, classes = 0] = logits.shape;
  const dlogits = makeOutput(backend, logits.shape, 'float32', 'the gradient of softmaxCrossEntropy');
  const tensors = [logits, input(args, 'labels'), input(args, 'logSum'), input(args, 'dy'), dlogits];
  engine(backend).softmaxCrossEntropyGrad(...tensors.map((tensor) => addressOf(backend, tensor)), rows, classes);
  return dlogits;
});
