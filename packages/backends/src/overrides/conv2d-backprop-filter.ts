// Missing in tfjs-backend-wasm: the filter gradient of conv2d (and conv1d).

import { input } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, makeOutput } from '../wasm-host/index.ts';
import { type ConvAttributes, convInfo, windowOf } from './conv-grads.ts';
import type { Override } from './override.ts';

export const conv2dBackpropFilter: Override = {
  kernelName: 'Conv2DBackpropFilter',
  compute(args, original) {
    const { backend } = args;
    const attrs = args.attrs as unknown as ConvAttributes & { filterShape: number[] };
    const x = input(args, 'x');
    const dy = input(args, 'dy');
    if (x.dtype !== 'float32' || attrs.dataFormat === 'NCHW') return original(args);
    const info = convInfo(x.shape, attrs.filterShape, attrs, false);
    const dw = makeOutput(backend, [...attrs.filterShape], 'float32', 'the filter gradient of conv2d');
    engine(backend).conv2dFilterGrad(
      ...[x, dy, dw].map((tensor) => addressOf(backend, tensor)),
      ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
      ...[info.outHeight, info.outWidth, info.outChannels],
      ...windowOf(info),
    );
    return dw;
  },
};
