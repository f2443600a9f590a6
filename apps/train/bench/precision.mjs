// Times the reference training step on webgpu in float32 and in mixed precision, in one process and in turn, and says what each has
// in use of the device's memory: between the way forward and the way back, and at most.
//
//   node --import tsx bench/precision.mjs [ROUNDS] [BATCH LENGTH WIDTH]
import { describeBackend, heapUse, resetHeapPeak, useBackend } from '@orchid-ml/backends';
import { recordDispatches } from '@orchid-ml/backends/webgpu-host';
import { markdownTable, median } from '../../../tooling/bench/report.mjs';
import { makeReferenceStep } from '../src/run/reference-step.ts';
import { referenceShape } from '../src/run/reference-task.ts';
import { finished } from '../src/run/timings.ts';

const [rounds = 3, batch = referenceShape.batch, length = referenceShape.length, width = referenceShape.width] =
  process.argv.slice(2).map(Number);
const precisions = ['float32', 'mixed'];
const measured = precisions.map(() => ({ ms: [], held: 0, peak: 0, moved: 0, dispatches: 0 }));

await useBackend('webgpu');
const step = makeReferenceStep({ ...referenceShape, batch, length, width });
for (let round = -1; round < rounds; round++) {
  for (const [i, precision] of precisions.entries()) {
    await useBackend('webgpu', { precision });
    const result = measured[i];
    const before = heapUse().used;
    resetHeapPeak();
    const run = () =>
      step.run((phase) => {
        if (phase === 'backward') result.held = heapUse().used - before;
      });
    const start = performance.now();
    const { result: loss, dispatches } = await recordDispatches(run);
    await finished([loss]);
    // The first compiles.
    if (round >= 0) result.ms.push(performance.now() - start);
    loss.dispose();
    result.peak = heapUse().peak - before;
    result.moved = dispatches.reduce((sum, { readBytes, writtenBytes }) => sum + readBytes + writtenBytes, 0);
    result.dispatches = dispatches.length;
  }
}
const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
console.log(`${describeBackend().gpu.adapter}; B ${batch}, L ${length}, D ${width}, medians of ${rounds}\n`);
const titles = ['', 'ms a step', 'MB held between forward and backward', 'MB at most', 'dispatches', 'MB moved'];
const rows = precisions.map((precision, i) => {
  const { ms, held, peak, moved, dispatches } = measured[i];
  return [precision, median(ms).toFixed(0), megabytes(held), megabytes(peak), String(dispatches), megabytes(moved)];
});
console.log(markdownTable(titles, rows));
step.dispose();
// Dawn's threads would keep the process.
process.exit(0);
