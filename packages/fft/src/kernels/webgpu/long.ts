// Long transforms whose length is a product of 2, 3 and 5: two passes.
import {
  type Bound,
  cached,
  dispatch,
  type Program,
  table,
  type WebGpuBackend,
  withScratch,
} from '@orchid-ml/backends/webgpu-host';
import {
  columnGroups,
  columnsBackward,
  columnsForward,
  rowGroups,
  rowsBackward,
  rowsForward,
} from '../../wgsl/long-passes.ts';
import type { LongPlan } from '../../wgsl/long-plan.ts';
import { perTransform, type SharedTransform } from '../../wgsl/shared-transform.ts';
import type { Lanes } from '../../wgsl/signals.ts';
import { type OperationName, operations } from './operations.ts';

type Build = (transform: SharedTransform) => Program;
const columns = cached((name: OperationName): Build => {
  const { direction, input, output } = operations[name];
  return perTransform((transform) =>
    direction === 'forward' ? columnsForward(name, transform, input) : columnsBackward(name, transform, output),
  );
});
const rows = cached((name: OperationName): Build => {
  const { direction, input, output } = operations[name];
  return perTransform((transform) =>
    direction === 'forward' ? rowsForward(name, transform, output) : rowsBackward(name, transform, input),
  );
});

/** The tables that a pass binds. */
export function tablesOf(backend: WebGpuBackend, plan: LongPlan, transform: SharedTransform): Record<string, Bound> {
  return {
    table: table(backend, transform.table.key, transform.table.make),
    steps: table(backend, plan.steps.key, plan.steps.make),
  };
}

/** Records the dispatches of an operation on buffers that are there. */
export type Passes = (
  buffers: Readonly<Record<string, Bound>>,
  params: Readonly<Record<string, number>>,
  lanes: Lanes,
) => void;

export function longPasses(backend: WebGpuBackend, operation: OperationName, plan: LongPlan): Passes {
  const [n1, n2] = [plan.columns.n, plan.rows.n];
  return (buffers, params, { outers, pairs }) =>
    withScratch(backend, 2 * outers * plan.n * pairs, (work) => {
      const passes = [
        () =>
          dispatch(backend, columns(operation)(plan.columns), {
            buffers: { ...buffers, work, ...tablesOf(backend, plan, plan.columns) },
            params: { ...params, n1, n2 },
            groups: columnGroups(plan.columns, outers, n2, pairs),
          }),
        () =>
          dispatch(backend, rows(operation)(plan.rows), {
            buffers: { ...buffers, work, ...tablesOf(backend, plan, plan.rows) },
            params: { ...params, n1, n2 },
            groups: rowGroups(plan.rows, outers, n1, pairs),
          }),
      ];
      if (operations[operation].direction === 'backward') passes.reverse();
      for (const pass of passes) pass();
    });
}
