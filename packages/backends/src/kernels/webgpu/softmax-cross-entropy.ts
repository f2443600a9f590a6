// Softmax cross entropy on the webgpu engine. A label that is no class gives NaN: what lies on the device cannot be looked at.
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

registerKernelOnce<WebGpuBackend>('OrchidSoftmaxCrossEntropy', 'webgpu', (args) => {
  const { backend } = args;
  const logits = input(args, 'logits');
  const [rows = 0, values = 0] = logits.shape;
  const [loss, logSum] = [makeOutput(backend, [rows]), makeOutput(backend, [rows])];
  const lane = laneOf(values);
  const classes = values / widthOf(lane);
  const lanes = lanesOfRow(classes);
  dispatch(backend, softmaxCrossEntropyProgram(lanes, lane), {
    buffers: { logits, labels: input(args, 'labels'), loss, logSum },
    params: { rows, classes, nan: Number.NaN },
    groups: Math.ceil((rows * lanes) / workgroupSize),
  });
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
  dispatch(backend, softmaxCrossEntropyGradProgram(lane, half !== undefined), {
    buffers: { logits: half ?? logits, dlogits, labels, ...(half ? {} : { logSum }), dy },
    params: { count: rows * classes, classes },
    groups: Math.ceil((rows * classes) / elementsOfGroup),
  });
  return dlogits;
});
