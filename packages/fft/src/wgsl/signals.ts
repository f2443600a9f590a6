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
  const second = (first: string): string =>
    of === 1 ? 'NONE' : `select(NONE, startOf(${first} + ${lanes}u, ${rows}), ${first} + ${lanes}u < params.signals)`;
  const step = invocations / lanes;
  return `
if (params.inner == 1u) {
  for (var i = local; i < ${lanes === 1 ? count : `${lanes}u * (${count})`}; i += ${invocations}u) {
    let s = ${lanes === 1 ? '0u' : `i / (${count})`};
    let t = ${lanes === 1 ? 'i' : `i - s * (${count})`};
    let first = group * ${of * lanes}u + s;
    if (first < params.signals) {
      let a = startOf(first, ${rows}) + t;
      let b = ${second('first')};
      ${call}(t, s, a, select(b + t, NONE, b == NONE));
    }
  }
} else {
  let s = ${lanes === 1 ? '0u' : `local % ${lanes}u`};
  let first = group * ${of * lanes}u + s;
  if (first < params.signals) {
    let a = startOf(first, ${rows});
    let b = ${second('first')};
    for (var t = ${lanes === 1 ? 'local' : `local / ${lanes}u`}; t < ${count}; t += ${step}u) {
      let along = t * params.inner;
      ${call}(t, s, a + along, select(b + along, NONE, b == NONE));
    }
  }
}`.trim();
}

/** Where {@link walk} finds no second signal. */
export const NONE = 'const NONE = 0xffffffffu;';
