// tf.fused.matMul, which the dense layers of tf.layers call: our product, which starts from the bias, and the engine's kernel
// of what follows. tfjs's own is fast for one plain product of two matrices only; with a transpose or a batch it adds the bias to
// the first row alone.
import * as tf from '@tensorflow/tfjs-core';
import { product } from './batch-mat-mul.ts';
import { asOriginal, type Override } from './override.ts';

const kernels: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
};

export const fusedMatMul: Override = {
  kernelName: '_FusedMatMul',
  compute(args, original) {
    const { backend, inputs, attrs } = args;
    const activation = String(attrs.activation ?? 'linear');
    const x = product(args, inputs.bias);
    if (x === undefined) return original(args);
    if (activation === 'linear') return x;
    const name = kernels[activation];
    try {
      if (name === undefined) throw new Error(`fused matMul: ${activation} is no activation of the wasm engine`);
      const kernel = asOriginal(name, tf.getKernel(name, 'wasm')?.kernelFunc);
      const alpha = inputs.preluActivationWeights;
      return kernel({ backend, inputs: alpha ? { x, alpha } : { x }, attrs: { alpha: attrs.leakyreluAlpha } });
    } finally {
      backend.disposeData(x.dataId);
    }
  },
};
