// The text of type I conditioning's programs: a change shows here without a GPU, and is to be looked at.
import { wgsl } from '@orchid-ml/backends/webgpu-host';
import { expect, test } from 'vitest';
import { packSideProgram, sideProgram } from './phase-suppression.ts';
import { convGradProgram, normGradProgram, unpackSideProgram } from './phase-suppression-grad.ts';

test.each([
  ['time', sideProgram('vec4f', 128, 1, 3, 'zeros', true, 'values')],
  ['frequency', sideProgram('vec4f', 128, 2, 3, 'zeros', true, 'power')],
  ['frequency, no norm, odd width', sideProgram('f32', 131, 1, 3, 'circular', false, 'realMagnitude')],
  ['frequency, gradient of the norm', normGradProgram('vec4f', 128, 2, 3, 'zeros', true, 'power')],
  ['frequency, gradient of the spectrum', convGradProgram(32, 'vec4f', 128, 2, 3, 'reflect', true, 'magnitude')],
  ['time, gradient of u', convGradProgram(32, 'f32', 3, 1, 3, 'circular', false, 'values')],
  ['parameters', packSideProgram(2, 3, true)],
  ['parameters, gradient', unpackSideProgram(2, 3, true)],
])('%s', (_, program) => {
  expect(program.buffers.length).toBeLessThanOrEqual(8);
  expect(wgsl(program)).toMatchSnapshot();
});
