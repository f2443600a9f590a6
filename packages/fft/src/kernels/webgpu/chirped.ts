// Long transforms whose length has a prime factor above 5: Bluestein's algorithm over the passes of a longer one.
import {
  type Bound,
  cached,
  dispatch,
  type Program,
  table,
  type WebGpuBackend,
  withScratch,
} from '@orchid-ml/backends/webgpu-host';
import { chirpedBins, chirpedInput, chirpedOutput, UNPACK_INVOCATIONS, unpackProgram } from '../../wgsl/long-chirps.ts';
import { columnGroups, columnsBackward, columnsForward, productGroups, rowsProduct } from '../../wgsl/long-passes.ts';
import type { LongPlan } from '../../wgsl/long-plan.ts';
import { perTransform, type SharedTransform } from '../../wgsl/shared-transform.ts';
import { chirps } from '../../wgsl/tables.ts';
import { type Passes, tablesOf } from './long.ts';
import { type OperationName, operations } from './operations.ts';

type Build = (transform: SharedTransform) => Program;
const first = cached(
  (name: OperationName): Build =>
    perTransform((transform) => columnsForward(name, transform, chirpedInput(operations[name]))),
);
const product = cached((name: OperationName): Build => perTransform((transform) => rowsProduct(name, transform)));
const last = cached((name: OperationName): Build => {
  const operation = operations[name];
  const hook = operation.direction === 'forward' ? chirpedBins : chirpedOutput(operation);
  return perTransform((transform) => columnsBackward(name, transform, hook));
});
const unpack = cached((name: OperationName): Program => unpackProgram(operations[name]));

export function chirpedPasses(backend: WebGpuBackend, operation: OperationName, n: number, plan: LongPlan): Passes {
  const points = plan.n;
  const [n1, n2] = [plan.columns.n, plan.rows.n];
  return (buffers, given, { outers, pairs }) => {
    const params = { ...given, n1, n2 };
    const both = once(() => chirps(n, points));
    const chirp = table(backend, `fft: chirp ${n} in ${points}`, () => both().chirp);
    const spectrum = table(backend, `fft: chirp's spectrum ${n} in ${points}`, () => both().spectrum);
    const finish = (result: Readonly<Record<string, Bound>>, work: Bound): void =>
      dispatch(backend, last(operation)(plan.columns), {
        buffers: { ...result, work, chirp, ...tablesOf(backend, plan, plan.columns) },
        params,
        groups: columnGroups(plan.columns, outers, n2, pairs),
      });
    withScratch(backend, 2 * outers * points * pairs, (work) => {
      dispatch(backend, first(operation)(plan.columns), {
        buffers: { ...buffers, work, chirp, ...tablesOf(backend, plan, plan.columns) },
        params,
        groups: columnGroups(plan.columns, outers, n2, pairs),
      });
      dispatch(backend, product(operation)(plan.rows), {
        buffers: { work, spectrum, ...tablesOf(backend, plan, plan.rows) },
        params,
        groups: productGroups(plan.rows, outers, n1, pairs),
      });
      if (operations[operation].direction === 'backward') {
        finish(buffers, work);
        return;
      }
      withScratch(backend, 2 * outers * n * pairs, (spectra) => {
        finish({ spectra }, work);
        const count = outers * (Math.floor(n / 2) + 1) * pairs;
        dispatch(backend, unpack(operation), {
          buffers: { ...buffers, spectra },
          params: { ...given, count },
          groups: Math.ceil(count / UNPACK_INVOCATIONS),
        });
      });
    });
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
