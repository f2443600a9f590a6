// Softmax cross entropy on the cpu engine: float64 inside, float32 outside.
import { findBadLabel, softmaxCrossEntropy, softmaxCrossEntropyGrad } from '../../plain/softmax-cross-entropy.ts';
import { input, registerKernelOnce } from '../register.ts';
import { type CpuBackend, float32, valuesOf } from './host.ts';

registerKernelOnce<CpuBackend>('OrchidSoftmaxCrossEntropy', 'cpu', (args) => {
  const { backend } = args;
  const logits = input(args, 'logits');
  const [rows = 0, classes = 0] = logits.shape;
  const labels = valuesOf(backend, input(args, 'labels'));
  const bad = findBadLabel(labels, classes);
  if (bad >= 0) {
    throw new Error(
      `softmaxCrossEntropy: labels[${bad}] is ${labels[bad]}; want 0..${classes - 1} (${classes} classes)`,
    );
  }
  const { loss, logSum } = softmaxCrossEntropy(valuesOf(backend, logits), labels, classes);
  return [float32(backend, [rows], loss), float32(backend, [rows], logSum)];
});

registerKernelOnce<CpuBackend>('OrchidSoftmaxCrossEntropyGrad', 'cpu', (args) => {
  const { backend } = args;
  const logits = input(args, 'logits');
  const dlogits = softmaxCrossEntropyGrad(
    valuesOf(backend, logits),
    valuesOf(backend, input(args, 'labels')),
    valuesOf(backend, input(args, 'dy')),
    logits.shape[1] ?? 0,
  );
  return float32(backend, logits.shape, dlogits);
});
