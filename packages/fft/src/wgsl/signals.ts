// WGSL that walks over the signals of a tensor [outer, rows, inner]: neighbouring invocations take neighbouring numbers, along
// the samples where those are neighbours (inner = 1), else along the signals.
import type { SharedTransform } from './shared-transform.ts';

/** What a program needs to know of the tensors: `signals` is outer · inner. */
export const SIGNAL_PARAMS = { n: 'u32', signals: 'u32', inner: 'u32', rows: 'u32' } as const;

/** `startOf(signal, rows)`: where a signal's first element lies in a tensor with so many rows. */
export const START_OF = `
fn startOf(signal: u32, rows: u32) -> u32 {
  return (signal / params.inner) * rows * params.inner + signal % params.inner;
}`.trim();

/**
 * Statements that call `${call}(t, s, a, b)` for every t < `count` and lane s whose first signal exists. Lane s of a workgroup has
 * two real signals, or one complex one; a and b are where their elements t lie in a tensor of `rows` rows. b is NONE where there
 * is no second signal.
 *
 * @param count WGSL expression
 * @param rows WGSL expression
 * @param of how many signals a lane has
 */
export function walk(transform: SharedTransform, of: 1 | 2, count: string, rows: string, call: string): string {
  const { lanes, invocations } = transform;
  const second = of === 2 ? `select(NONE, b, first + ${lanes}u < params.signals)` : 'NONE';
  // across: an invocation stays with its lane, whose starts are worked out once
  return `
{
  let across = params.inner != 1u;
  let own = group * ${of * lanes}u + local % ${lanes}u;
  let ownA = startOf(own, ${rows});
  let ownB = ${of === 2 ? `startOf(own + ${lanes}u, ${rows})` : '0u'};
  let divisor = select(${count}, ${lanes}u, across);
  for (var i = local; i < ${lanes}u * (${count}); i += ${invocations}u) {
    let slow = i / divisor;
    let fast = i - slow * divisor;
    let s = select(slow, fast, across);
    let t = select(fast, slow, across);
    let first = group * ${of * lanes}u + s;
    let along = t * params.inner;
    let a = select(first * (${rows}), ownA, across) + along;
    let b = ${of === 2 ? `select((first + ${lanes}u) * (${rows}), ownB, across) + along` : '0u'};
    if (first < params.signals) { ${call}(t, s, a, ${second}); }
  }
}`.trim();
}

/** Where {@link walk} finds no second signal. */
export const NONE = 'const NONE = 0xffffffffu;';
