// A transform whose signals fit into workgroup memory: one program reads them, transforms them and writes the results.
import type { Program } from '@orchid-ml/backends/webgpu-host';
import type { Operation } from './operations/operation.ts';
import type { SharedTransform } from './shared-transform.ts';
import { SIGNAL_PARAMS, SIGNALS } from './signals.ts';

/**
 * The program of an operation: its own buffers and params, `table` of the transform, and `signals`, how many lanes there are. A
 * workgroup takes `transform.lanes`.
 */
export function onePassProgram(operation: Operation, transform: SharedTransform): Program {
  const { name, direction, input, output } = operation;
  const { length, lanes } = transform;
  const half = `(${length} / 2u + 1u)`;
  const at = (index: string): string => `mem[${index} * ${lanes}u + s]`;
  const other = `select(${length} - t, 0u, t == 0u)`;
  const body =
    direction === 'forward'
      ? [
          walk(transform, length, `${at('t')} = sample(t, o, p);`),
          'forward(local);',
          walk(transform, half, `give(t, o, p, ${at('t')}, ${at(other)});`),
        ]
      : [
          walk(transform, half, `let both = bins(t, o, p);\n${at('t')} = both.xy;\n${at(other)} = both.zw;`),
          'backward(local);',
          walk(transform, length, `keep(t, o, p, ${at('t')});`),
        ];
  return {
    name,
    buffers: [...input.buffers, { name: 'table', access: 'read', type: 'vec2f' }, ...output.buffers],
    params: { ...SIGNAL_PARAMS, signals: 'u32', ...input.params, ...output.params },
    workgroupSize: transform.invocations,
    shared: transform.shared,
    declarations: [SIGNALS, transform.declarations, input.declarations.trim(), output.declarations.trim()].join('\n'),
    body: body.join('\n'),
  };
}

/**
 * Statements that run `work` for every t < `count` (WGSL) and every lane s, whose place in the tensor is (o, p). Neighbouring
 * invocations take neighbouring numbers: signals where these lie beside each other, else samples.
 */
function walk({ lanes, invocations }: SharedTransform, count: string, work: string): string {
  return `
{
  // across: an invocation stays with its lane
  let across = params.pairs != 1u;
  let own = group * ${lanes}u + local % ${lanes}u;
  let ownO = own / params.pairs;
  let ownP = own % params.pairs;
  let divisor = select(${count}, ${lanes}u, across);
  for (var i = local; i < ${lanes}u * ${count}; i += ${invocations}u) {
    let slow = i / divisor;
    let fast = i - slow * divisor;
    let s = select(slow, fast, across);
    let t = select(fast, slow, across);
    let signal = group * ${lanes}u + s;
    if (signal < params.signals) {
      let o = select(signal, ownO, across);
      let p = select(0u, ownP, across);
      ${work.replaceAll('\n', '\n      ')}
    }
  }
}`.trim();
}
