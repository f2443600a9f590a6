// A program that computes element by element.
import type { Program } from '../webgpu-host/index.ts';
import type { Lane } from './values.ts';

/** Elements that a workgroup computes. */
export const elementsOfGroup = 256;

/** `output[i] = expression`, for i < params.count; the expression sees the inputs and `i`. */
export function elementwise(
  name: string,
  lane: Lane,
  inputs: readonly string[],
  output: string,
  expression: string,
  declarations = '',
): Program {
  return {
    name,
    buffers: [
      ...inputs.map((input) => ({ name: input, access: 'read' as const, type: lane })),
      { name: output, access: 'read_write', type: lane },
    ],
    params: { count: 'u32' },
    workgroupSize: elementsOfGroup,
    declarations,
    body: `
let i = group * ${elementsOfGroup} + local;
if (i < params.count) { ${output}[i] = ${expression}; }`,
  };
}
