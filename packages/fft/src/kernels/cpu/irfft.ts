// irfft on cpu.
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { scaledIrfft } from '../../plain/rfft.ts';
import { binsOf, IRFFT, layoutOf, type RealAttrs, withAxis } from '../contract.ts';
import { type CpuBackend, eachLine, output, readLine, valuesOf, writeLine } from './lines.ts';

export const irfftCpu: KernelConfig = {
  kernelName: IRFFT,
  backendName: 'cpu',
  kernelFunc: ({ inputs, backend, attrs }) => {
    const engine = backend as unknown as CpuBackend;
    const re = inputs.re as TensorInfo;
    const im = inputs.im as TensorInfo;
    const { axis, n, edge, middle } = attrs as unknown as RealAttrs;
    const layout = layoutOf(re.shape, axis);
    const [inRe, inIm] = [valuesOf(engine, re), valuesOf(engine, im)];
    const y = output(engine, withAxis(re.shape, axis, n));
    eachLine(layout, (o, i) => {
      const lineRe = readLine(inRe, layout, o, i, binsOf(n));
      const lineIm = readLine(inIm, layout, o, i, binsOf(n));
      writeLine(y.values, layout.inner, o, i, scaledIrfft(lineRe, lineIm, n, edge, middle));
    });
    return y.info;
  },
};
