// rfft on cpu.
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { scaledRfft } from '../../plain/rfft.ts';
import { binsOf, layoutOf, type RealAttrs, RFFT, withAxis } from '../contract.ts';
import { type CpuBackend, eachLine, output, readLine, valuesOf, writeLine } from './lines.ts';

export const rfftCpu: KernelConfig = {
  kernelName: RFFT,
  backendName: 'cpu',
  kernelFunc: ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as CpuBackend;
    const x = inputs.x as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const layout = layoutOf(x.shape, axis);
    const input = valuesOf(engine, x);
    const re = output(engine, withAxis(x.shape, axis, binsOf(n)));
    const im = output(engine, withAxis(x.shape, axis, binsOf(n)));
    eachLine(layout, (o, i) => {
      const line = scaledRfft(readLine(input, layout, o, i, n), edge, middle);
      writeLine(re.values, layout.inner, o, i, line.re);
      writeLine(im.values, layout.inner, o, i, line.im);
    });
    return [re.info, im.info];
  },
};
