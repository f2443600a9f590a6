// Missing in tfjs-backend-wasm: the input gradient of depthwiseConv2d.

import { input } from '../kernels/register.ts';
import { engine } from '../kernels/wasm/engine.ts';
import { addressOf, makeOutput } from '../wasm-host/index.ts';
import { type ConvAttributes, convInfo, windowOf } from './conv-grads.ts';
import type { Override } from './override.ts';

export const depthwiseBackpropInput: Override = {
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  compute(args, original) {
    const { backend } = args;
    const attrs = args.attrs as unknown as ConvAttributes & { inputShape: number[] };
    const dy = input(args, 'dy');
    const filter = input(args, 'filter');
    if (dy.dtype !== 'float32') return original(args);
    const info = convInfo(attrs.inputShape, filter.shape, attrs, true);
    const dx = makeOutput(backend, [...attrs.inputShape], 'float32', 'the input gradient of depthwiseConv2d');
    engine(backend).depthwiseInputGrad(
      ...[dy, filter, dx].map((tensor) => addressOf(backend, tensor)),
      ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.outChannels / info.inChannels],
      ...[info.outHeight, info.outWidth],
      ...windowOf(info),
    );
    return dx;
  },
};
