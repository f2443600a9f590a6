// The text of the optimiser's programs: a change shows here without a GPU, and is to be looked at.
import { wgsl } from '@orchid-ml/backends/webgpu-host';
import { expect, test } from 'vitest';
import { adamwProgram } from './adamw.ts';
import { packProgram } from './pack.ts';
import { partialSquaresProgram, totalProgram } from './sum-of-squares.ts';

test.each([
  ['AdamW', adamwProgram(2, false, false)],
  ['AdamW, gated', adamwProgram(4, true, true)],
  ['pack', packProgram(3)],
  ['sum of squares', partialSquaresProgram(2)],
  ['sum of squares, total', totalProgram()],
])('%s', (_, program) => {
  expect(program.buffers.length).toBeLessThanOrEqual(8);
  expect(wgsl(program)).toMatchSnapshot();
});
