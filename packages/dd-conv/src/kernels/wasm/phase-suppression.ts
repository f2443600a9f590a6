// The wasm engine's kernels of type I conditioning: one example's intermediates live in scratch, none becomes a tensor.
import { paddedRows } from '@orchid-ml/backends/plain';
import { addressOf, heapF32, heapI32, makeOutputs, type WasmBackend, withScratch } from '@orchid-ml/backends/wasm-host';
import { wasmPlan } from '@orchid-ml/fft/wasm';
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core';
import {
  normedPhaseSuppressionKernelName,
  type PhaseSuppressionAttrs,
  type PhaseSuppressionGradInputs,
  type PhaseSuppressionInputs,
  phaseSuppressionGradKernelName,
  phaseSuppressionInputNames,
  phaseSuppressionKernelName,
} from '../names.ts';
import { registerOnce } from '../register.ts';
import { ddConvModule } from './module.ts';

/** Words of a call, and where assembly/phase-suppression.ts has them. */
const words = { call: 33, time: 15, frequency: 23, du: 31, scratch: 32 };

/** A side's inputs in the order of a call's words; their gradients' follow. */
const sideInputs = (side: 'time' | 'frequency') => ['Weight', 'Bias', 'NormWeight', 'NormBias'].map((n) => side + n);

/**
 * Runs a kernel: makes its outputs, writes its call.
 *
 * @param spectrum H where it is an input (the gradient's dH), else the first outputs are
 */
function run(
  name: string,
  backend: WasmBackend,
  inputs: PhaseSuppressionInputs,
  attrs: PhaseSuppressionAttrs,
  shapes: number[][],
  spectrum: TensorInfo[] | null,
): TensorInfo[] {
  const module = ddConvModule(backend);
  const [batch, length, width] = inputs.u.shape as [number, number, number];
  const taps = inputs.timeWeight.shape[2]!;
  const isDct = attrs.transform === 'dct';
  const bins = isDct ? length : Math.floor(length / 2) + 1;
  const tables = [length, bins].map((rows) => paddedRows(rows, taps, 'same', attrs.paddingMode));
  const plan = wasmPlan(backend, length).address;
  const sizes = [plan, Number(isDct), length, bins, width, taps, Number(attrs.isSquared)];
  const tablesAt = words.call + tables[0]!.length;
  return withScratch(backend, 4 * (tablesAt + tables[1]!.length), name, (call) => {
    heapI32(backend, call, sizes.length).set(sizes);
    return withScratch(backend, module.phaseSuppressionBytes(call, spectrum !== null), name, (scratch) => {
      const outputs = makeOutputs(backend, shapes, name);
      const block = heapI32(backend, call, words.call);
      heapF32(backend, call + 28, 2).set([attrs.scale, attrs.eps]);
      const at = (info: TensorInfo | undefined) => (info ? addressOf(backend, info) : 0);
      const [re, im] = spectrum ?? outputs;
      const rowTables = [call + 4 * words.call, call + 4 * tablesAt];
      block.set([batch, ...rowTables, at(inputs.u), at(re), at(im)], 9);
      for (const side of ['time', 'frequency'] as const) {
        const names = sideInputs(side);
        block.set(
          names.map((n) => at(inputs[n])),
          words[side],
        );
        if (!spectrum) continue;
        const order = phaseSuppressionInputNames(attrs.hasNorm) as string[];
        const gradients = names.map((n) => outputs[order.indexOf(n)]);
        block.set(gradients.map(at), words[side] + 4);
        // They are summed over the examples.
        for (const gradient of gradients) {
          if (gradient) heapF32(backend, at(gradient), util.sizeFromShape(gradient.shape)).fill(0);
        }
      }
      block[words.du] = spectrum ? at(outputs[0]) : 0;
      block[words.scratch] = scratch;
      heapI32(backend, rowTables[0]!, tables[0]!.length).set(tables[0]!);
      heapI32(backend, rowTables[1]!, tables[1]!.length).set(tables[1]!);
      if (spectrum) module.phaseSuppressionGrad(call);
      else module.phaseSuppression(call);
      return outputs;
    });
  });
}

for (const kernelName of [phaseSuppressionKernelName, normedPhaseSuppressionKernelName]) {
  registerOnce({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ((args: { inputs: PhaseSuppressionInputs; backend: WasmBackend; attrs: PhaseSuppressionAttrs }) => {
      const { inputs, backend, attrs } = args;
      const [batch, length, width] = inputs.u.shape as [number, number, number];
      const half = [batch, Math.floor(length / 2) + 1, width];
      const shapes = attrs.transform === 'dct' ? [[batch, length, width]] : [half, half];
      const outputs = run(kernelName, backend, inputs, attrs, shapes, null);
      return attrs.transform === 'dct' ? outputs[0]! : outputs;
    }) as unknown as KernelFunc,
  });
}

registerOnce({
  kernelName: phaseSuppressionGradKernelName,
  backendName: 'wasm',
  kernelFunc: ((args: { inputs: PhaseSuppressionGradInputs; backend: WasmBackend; attrs: PhaseSuppressionAttrs }) => {
    const { inputs, backend, attrs } = args;
    const shapes = phaseSuppressionInputNames(attrs.hasNorm).map((name) => inputs[name]!.shape);
    const spectrum = inputs.dIm ? [inputs.dRe, inputs.dIm] : [inputs.dRe];
    return run(phaseSuppressionGradKernelName, backend, inputs, attrs, shapes, spectrum);
  }) as unknown as KernelFunc,
});
