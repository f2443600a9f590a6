// The text of the programs: a change shows here without a GPU, and is to be looked at.
import { expect, test } from 'vitest';
import { wgsl } from '../webgpu-host/index.ts';
import { geluGradProgram, geluProgram } from './gelu.ts';
import { gemmProgram } from './gemm.ts';
import { groupedConv1dGradProgram, groupedConv1dProgram } from './grouped-conv1d.ts';
import { generalInputGradProgram, generalProgram, generalWeightGradProgram } from './grouped-conv1d-general.ts';
import { packHalfProgram, unpackHalfProgram } from './half.ts';
import { layerNormGradProgram, layerNormProgram } from './layer-norm.ts';
import { segmentSumProgram } from './segment-sum.ts';
import { cosProgram, sinProgram } from './sin-cos.ts';
import { softmaxCrossEntropyGradProgram, softmaxCrossEntropyProgram } from './softmax-cross-entropy.ts';
import { sumRowsProgram } from './sum-rows.ts';

test.each([
  ['gelu', geluProgram('vec4f')],
  ['gelu of an odd size', geluProgram('f32')],
  ['gelu, gradient', geluGradProgram('vec4f', false)],
  ['groupedConv1d', groupedConv1dProgram('vec4f', 1, 3, 'causal', 'zeros', true)],
  ['groupedConv1d, two outputs a channel', groupedConv1dProgram('f32', 2, 3, 'same', 'reflect', false)],
  ['groupedConv1d, gradient', groupedConv1dGradProgram('vec4f', 32, 1, 3, 'causal', 'zeros', false)],
  ['groupedConv1d, gradient, circular', groupedConv1dGradProgram('f32', 8, 2, 3, 'same', 'circular', false)],
  ['groupedConv1d, any groups', generalProgram(5, 'same', 'circular', true)],
  ['groupedConv1d, any groups, gradient of x', generalInputGradProgram(5, 'same', 'reflect')],
  ['groupedConv1d, any groups, gradient of the weights', generalWeightGradProgram(5, 'same', 'zeros')],
  [
    'linear, gelu and its slope',
    gemmProgram('rows', 'rows', 'layer', true, true, true, false, true, 'gelu and slope', 'none'),
  ],
  ['linear, odd sizes', gemmProgram('rows', 'rows', 'layer', false, false, false, false, true, 'none', 'none')],
  ['linear, gradient of x', gemmProgram('rows', 'columns', 'plain', true, true, true, true, false, 'none', 'none')],
  [
    'linear, gradient of the weight',
    gemmProgram('columns', 'columns', 'parts', true, true, true, true, false, 'none', 'none'),
  ],
  ['layerNorm', layerNormProgram(128, 'vec4f', true, true)],
  ['layerNorm, 131 wide', layerNormProgram(131, 'f32', false, false)],
  ['layerNorm, gradient', layerNormGradProgram(128, 'vec4f', true, false)],
  ['softmaxCrossEntropy', softmaxCrossEntropyProgram(8, 'vec4f')],
  ['softmaxCrossEntropy, gradient', softmaxCrossEntropyGradProgram('vec4f', false)],
  ['sin', sinProgram('vec4f')],
  ['cos of an odd size', cosProgram('f32')],
  ['unsortedSegmentSum', segmentSumProgram('vec4f')],
  ['sum of rows', sumRowsProgram(2, 'vec4f', false)],
  ['sum of rows, added to what is there', sumRowsProgram(2, 'f32', true)],
  ['to half precision', packHalfProgram('vec4f', false)],
  ['to half precision, less a number a row, odd sizes', packHalfProgram('f32', true)],
  ['from half precision', unpackHalfProgram('vec4f')],
  ['from half precision, odd sizes', unpackHalfProgram('f32')],
  ['gelu, gradient, of halves', geluGradProgram('vec4f', true)],
  ['groupedConv1d, gradient, of halves', groupedConv1dGradProgram('vec4f', 32, 1, 3, 'causal', 'zeros', true)],
  [
    'linear, gelu and its slope in halves',
    gemmProgram('rows', 'rows', 'layer', true, true, true, false, true, 'gelu and half slope', 'none'),
  ],
  [
    'linear, gradient of the weight, of halves',
    gemmProgram('columns', 'columns', 'parts', true, false, true, true, false, 'none', 'b and factor'),
  ],
  ['layerNorm, gradient, of halves', layerNormGradProgram(128, 'vec4f', true, true)],
  ['softmaxCrossEntropy, gradient, of halves', softmaxCrossEntropyGradProgram('f32', true)],
])('%s', (_, program) => {
  expect(wgsl(program)).toMatchSnapshot();
});

test('programs keep to what every device has', () => {
  for (const channels of [1, 3, 128, 768, 4096, 9999]) {
    const lane = channels % 4 === 0 ? 'vec4f' : 'f32';
    for (const program of [
      layerNormProgram(channels, lane, true, true),
      layerNormGradProgram(channels, lane, true, false),
    ]) {
      expect(program.buffers.length).toBeLessThanOrEqual(8);
      expect(program.workgroupSize).toBeLessThanOrEqual(256);
    }
  }
});
