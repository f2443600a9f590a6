// How good a saved classifier is on the test part of its data, or of other data of the same classes.
import { resolve } from 'node:path';
import { labelNames } from '@orchid-ml/pipelines';
import { classificationTask, type ExampleClassifier } from '@orchid-ml/trainers';
import type { SignalConfig } from '../../config/signal-schema.ts';
import { Failure, failing, UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import type { EvaluateOptions, Result } from '../kind.ts';
import type { AnySource } from './source.ts';

/** The configuration that a saved model was trained by. @throws Failure without a run around it */
function configOf(source: AnySource, { record, folder }: Saved): SignalConfig {
  if (record?.config.task !== source.name) {
    throw new Failure(
      `${folder} has no run.json beside it, which says how its ${source.example}s were made; give the folder of a run`,
    );
  }
  return record.config as SignalConfig;
}

/** @throws UsageError for options of other tasks; Failure for data that is missing or has other classes */
export async function evaluateClasses(
  source: AnySource,
  saved: Saved,
  options: EvaluateOptions,
  io: Io,
): Promise<Result> {
  if (options.text !== undefined) {
    throw new UsageError(`--text is for language models; this one is measured on ${source.example}s: --data PATH`);
  }
  const config = configOf(source, saved);
  const folder = options.data === undefined ? saved.record!.sources.data! : resolve(io.cwd, options.data);
  const { loaded, skipped } = await failing(() => source.load(config, folder, io));
  const [has, wants] = [source.classesOf(loaded), labelNames(saved.model.config)];
  if (JSON.stringify(has) !== JSON.stringify(wants)) {
    throw new Failure(`${folder} has ${has.length} classes (${few(has)}); the model's are ${few(wants)}`);
  }
  const { data, test, testCount } = await failing(() => source.dataset(config, loaded));
  const scores = await classificationTask({ data }).test(saved.model as ExampleClassifier, test());
  return {
    task: source.name,
    data: folder,
    [`${source.example}s`]: testCount,
    ...(skipped > 0 && { skipped }),
    loss: scores.loss,
    accuracy: scores.accuracy!,
    chance: 1 / wants.length,
  };
}

function few(names: readonly string[]): string {
  return names.length <= 12 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and so on`;
}
