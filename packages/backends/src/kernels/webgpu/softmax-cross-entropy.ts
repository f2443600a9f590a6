// Softmax cross entropy on the webgpu engine, of as many rows at once as the device binds. A label that is no class gives NaN: what
// lies on the device cannot be looked at.
import { dispatch, halfOf, makeOutput, type WebGpuBackend } from '../../webgpu-host/index.ts';
import { elementsOfGroup } from '../../wgsl/elementwise.ts';
import { workgroupSize } from '../../wgsl/rows.ts';
import {
  lanesOfRow,
  softmaxCrossEntropyGradProgram,
  softmaxCrossEntropyProgram,
} from '../../wgsl/softmax-cross-entropy.ts';
import { laneOf, widthOf } from '../../wgsl/values.ts';
import { input, registerKernelOnce } from '../register.ts';
import { dividedInto } from './run.ts';

const rowsIn = { op: 'softmaxCrossEntropy', item: 'a row' };

registerKernelOnce<WebGpuBackend>('OrchidSoftmaxCrossEntropy', 'webgpu', (args) => {
  const { backend } = args;
  const logits = input(args, 'logits');
  const [rows = 0, values = 0] = logits.shape;
  const [loss, logSum] = [makeOutput(backend, [rows]), makeOutput(backend, [rows])];
  const lane = laneOf(values);
  const classes = values / widthOf(lane);
  const lanes = lanesOfRow(classes);
  const labels = input(args, 'labels');
  for (const part of dividedInto(backend, { ...rowsIn, count: rows, values: [values, 1] })) {
    dispatch(backend, softmaxCrossEntropyProgram(lanes, lane), {
      buffers: {
        logits: part.of(logits, values),
        labels: part.of(labels, 1),
        loss: part.of(loss, 1),
        logSum: part.of(logSum, 1),
      },
      params: { rows: part.count, classes, nan: Number.NaN },
      groups: Math.ceil((part.count * lanes) / workgroupSize),
    });
  }
  return [loss, logSum];
});

registerKernelOnce<WebGpuBackend>('OrchidSoftmaxCrossEntropyGrad', 'webgpu', (args) => {
  const { backend } = args;
  const logits = input(args, 'logits');
  const [rows = 0, values = 0] = logits.shape;
  const dlogits = makeOutput(backend, logits.shape);
  const lane = laneOf(values);
  const classes = values / widthOf(lane);
  const [labels, logSum, dy] = [input(args, 'labels'), input(args, 'logSum'), input(args, 'dy')];
  const half = args.attrs.isNormalised === true ? halfOf(backend, logits)! : undefined;
  const divided = { ...rowsIn, count: rows, values: [values, 1], halves: half ? [values] : [] };
  for (const part of dividedInto(backend, divided)) {
    const count = part.count * classes;
    dispatch(backend, softmaxCrossEntropyGradProgram(lane, half !== undefined), {
      buffers: {
        logits: half ? part.ofHalf(half, values) : part.of(logits, values),
        dlogits: part.of(dlogits, values),
        labels: part.of(labels, 1),
        ...(half ? {} : { logSum: part.of(logSum, 1) }),
        dy: part.of(dy, 1),
      },
      params: { count, classes },
      groups: Math.ceil(count / elementsOfGroup),
    });
  }
  return dlogits;
});
