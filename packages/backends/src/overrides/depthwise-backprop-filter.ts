// Missing in tfjs-backend-wasm: the filter gradient of depthwiseConv2d.

import { input } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, makeOutput } from '../wasm-host/index.ts';
import { type ConvAttributes, convInfo, windowOf } from './conv-grads.ts';
import type { Override } from './override.ts';

export const depthwiseBackpropFilter: Override = {
  kernelName: 'DepthwiseConv2dNativeBackpropFilter',
  compute(args, original) {
    const { backend } = args;
    const attrs = args.attrs as unknown as ConvAttributes & { filterShape: number[] };
    const x = input(args, 'x');
    const dy = input(args, 'dy');
    if (x.dtype !== 'float32') return original(args);
    const info = convInfo(x.shape, attrs.filterShape, attrs, true);
    const dw = makeOutput(backend, [...attrs.filterShape], 'float32', 'the filter gradient of depthwiseConv2d');
    engine(backend).depthwiseFilterGrad(
      ...[x, dy, dw].map((tensor) => addressOf(backend, tensor)),
      ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.outChannels / info.inChannels],
      ...[info.outHeight, info.outWidth],
      ...windowOf(info),
    );
    return dw;
  },
};
