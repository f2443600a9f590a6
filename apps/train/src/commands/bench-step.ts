// `orchid bench step`: a whole training step, the figure that decides how long a run takes.
import { heapUse, resetHeapPeak } from '@orchid-ml/backends';
import type { MemoryOptions } from '@orchid-ml/trainers';
import { failing, UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { profileDispatchesOf } from '../run/dispatch-profile.ts';
import { startEngine } from '../run/engine.ts';
import { type BenchOptions, report } from '../run/measure.ts';
import { makeReferenceStep } from '../run/reference-step.ts';
import { mixerNamed, type StepShape } from '../run/reference-task.ts';
import { timeByWorkers } from '../run/step-by-workers.ts';
import { profileStep } from '../run/step-profile.ts';
import { median, rounded, timings } from '../run/timings.ts';
import { refuseSeveral } from '../run/workers.ts';
import { dispatchTable } from '../ui/dispatch-table.ts';
import { profileTable } from '../ui/profile-table.ts';

interface Options extends BenchOptions {
  readonly batch: number;
  readonly length: readonly number[];
  readonly width: number;
  readonly layers: number;
  readonly vocab: number;
  readonly transform: string;
  readonly mixer: string;
  readonly microBatches: number;
  readonly precision: readonly string[];
  readonly recompute?: boolean;
  readonly profile?: boolean;
  readonly workers?: readonly number[];
}

export async function run(_args: readonly string[], options: Options, io: Io): Promise<number> {
  const { transform } = options;
  const mixer = mixerNamed(options.mixer);
  if (transform !== 'dft' && transform !== 'dct') throw new UsageError(`--transform ${transform}: want dft or dct`);
  for (const precision of options.precision) await runIn(precision, { ...options, transform, mixer }, io);
  return 0;
}

async function runIn(
  precision: string,
  options: Options & Pick<StepShape, 'transform' | 'mixer'>,
  io: Io,
): Promise<void> {
  const { batch, width, vocab, layers, transform, mixer } = options;
  const engine = await startEngine(options.backend, options.blas, precision);
  for (const workers of options.workers ?? []) refuseSeveral(workers, engine.name);
  if (options.workers && options.profile) throw new UsageError('--profile and --workers exclude each other');
  const tooMany = options.workers?.find((workers) => workers > batch);
  if (tooMany)
    throw new UsageError(`--workers ${tooMany}: a step has ${batch} sequences; want at most as many workers`);
  if (!options.json) say(io, `engine: ${engine}`);
  const memory: MemoryOptions = { microBatches: options.microBatches, recompute: options.recompute ?? false };
  for (const length of options.length) {
    const shape: StepShape = { batch, length, width, layers, vocab, transform, mixer };
    if (options.workers) {
      await reportByWorkers(shape, memory, engine.name, options.workers, options, io);
      continue;
    }
    const step = makeReferenceStep(shape, memory);
    const predicted = await failing(() => step.predictedBytes());
    resetHeapPeak();
    const times = await failing(() => timings(() => [step.run()], options.repeats));
    // Before the rate of copying is measured, which takes memory too.
    const peak = heapUse()?.peak ?? null;
    const moved = engine.name === 'webgpu' ? await profileDispatchesOf(() => [step.run()]) : undefined;
    const isTimed = options.profile && engine.name !== 'webgpu';
    const profile = isTimed ? await profileStep(step.run, options.repeats) : undefined;
    step.dispose();
    const seconds = median(times) / 1000;
    report(io, options.json, {
      bench: 'step',
      backend: engine.name,
      blas: engine.blas ?? null,
      precision,
      ...shape,
      ...memory,
      parameters: step.parameters,
      medianMs: rounded(seconds * 1000),
      bestMs: rounded(Math.min(...times)),
      tokensPerSecond: Math.round((batch * length) / seconds),
      heapPredictedBytes: predicted,
      heapPeakBytes: peak,
      // Of this process so far, all lengths together.
      maxRssBytes: 1024 * process.resourceUsage().maxRSS,
      ...(moved ? moved.totals : {}),
      ...(options.json && profile ? { profile } : {}),
      ...(options.json && options.profile && moved ? { profile: moved.programs } : {}),
    });
    if (options.profile && moved && !options.json) say(io, `\n${dispatchTable(moved).join('\n')}\n`);
    if (profile && !options.json) say(io, `\n${profileTable(profile).join('\n')}\n`);
  }
}

async function reportByWorkers(
  shape: StepShape,
  memory: MemoryOptions,
  backend: string,
  counts: readonly number[],
  { repeats, json, blas }: Options,
  io: Io,
): Promise<void> {
  const times = await timeByWorkers(shape, memory, { backend, blas }, counts, repeats);
  const medians = times.map(median);
  for (const [i, workers] of counts.entries()) {
    report(io, json, {
      bench: 'step',
      backend,
      ...shape,
      ...memory,
      workers,
      medianMs: rounded(medians[i]!),
      bestMs: rounded(Math.min(...times[i]!)),
      tokensPerSecond: Math.round((1000 * shape.batch * shape.length) / medians[i]!),
      // In turn: the first of the list is what the others are compared with.
      speed: rounded(medians[0]! / medians[i]!),
    });
  }
}
