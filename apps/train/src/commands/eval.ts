// `orchid eval`: how good a saved model is, on sequences or text that it was not trained on.
import { mlmTask, recallTask } from '@orchid-ml/trainers';
import type { MlmConfig } from '../config/schema.ts';
import { Failure, failing, messageOf, UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import { makeDataset, readText } from '../run/mlm-data.ts';
import { openSaved, type Saved } from '../run/saved.ts';
import { facts } from '../ui/banner.ts';
import * as format from '../ui/format.ts';

interface Options {
  readonly text?: string;
  readonly sequences: number;
  readonly length?: number;
  readonly seed?: number;
  readonly json?: boolean;
  readonly backend: string;
  readonly blas: string;
}

type Result = Readonly<Record<string, string | number>>;

function lengthFor({ model, record }: Saved, wanted: number | undefined): number {
  const longest = model.config.max_position_embeddings;
  const length = wanted ?? record?.config.data.length ?? longest;
  if (length > longest)
    throw new UsageError(
      `--length ${length}: the model takes at most ${longest} tokens (its max_position_embeddings, l_max)`,
    );
  return length;
}

async function evaluateRecall(saved: Saved, options: Options): Promise<Result> {
  const { model, record } = saved;
  const length = lengthFor(saved, options.length);
  const seed = options.seed ?? record?.config.seed ?? 0;
  const task = await failing(() =>
    recallTask({
      length,
      vocabSize: model.config.vocab_size,
      batchSize: record?.config.training.batch_size ?? 32,
      seed,
    }),
  );
  const { loss, accuracy } = (await task.test(model, options.sequences, 'eval')) as { loss: number; accuracy: number };
  return {
    task: 'recall',
    sequences: options.sequences,
    length,
    seed,
    loss,
    accuracy,
    chance: 2 / (model.config.vocab_size - 2),
  };
}

async function evaluateText(saved: Saved, options: Options, io: Io): Promise<Result> {
  const { model, record, tokenizer } = saved;
  const length = lengthFor(saved, options.length);
  if (record?.config.task !== 'mlm')
    throw new Failure(
      `${saved.folder} has no run.json beside it, which says how its text was cut; give the folder of a run`,
    );
  if (!record.text) throw new Failure('the run does not say which text it learned from');
  const config: MlmConfig = {
    ...record.config,
    seed: options.seed ?? record.config.seed,
    data: { ...record.config.data, length },
  };
  const evalFile = options.text ?? record.evalText;
  const evalText = evalFile === null ? null : await readText(io.cwd, evalFile);
  // The training text is needed for the unigram baseline, and for its end if that is what was held out.
  let missing: string | null = null;
  const text = await readText(io.cwd, record.text).catch((error: unknown) => {
    if (evalText === null) throw error;
    missing = messageOf(error);
    return evalText;
  });
  const dataset = await makeDataset(config, tokenizer!, { text, evalText });
  const limit = options.text === undefined ? config.data.eval_windows : dataset.heldOutWindows;
  const task = mlmTask({ dataset, evaluationWindows: limit });
  const { loss, accuracy } = (await task.evaluate(model)) as { loss: number; accuracy: number };
  const baseline = (): Result => {
    if (missing !== null) return { unigram: `not known without the training text (${missing})` };
    const unigram = dataset.unigramBaseline(limit);
    return { unigramLoss: unigram.loss, unigramAccuracy: unigram.accuracy };
  };
  return {
    task: 'mlm',
    text: evalFile ?? `the end of ${record.text}`,
    windows: Math.min(limit, dataset.heldOutWindows),
    length,
    maskProbability: config.data.eval_mask_probability,
    loss,
    accuracy,
    ...baseline(),
  };
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<number> {
  const engine = await startEngine(options.backend, options.blas);
  const saved = await openSaved(args[0]!, io.cwd);
  try {
    const isRecall = saved.model.kind === 'orchid-recall';
    if (isRecall && options.text !== undefined)
      throw new UsageError(
        '--text is for masked-language models; this is a recall model, which draws its own sequences',
      );
    const result = isRecall ? await evaluateRecall(saved, options) : await evaluateText(saved, options, io);
    if (options.json) {
      say(io, JSON.stringify({ backend: engine.name, ...result }));
      return 0;
    }
    const isShare = (key: string) => /accuracy|chance/i.test(key);
    facts(
      io,
      Object.entries({ engine: String(engine), ...result }).map(([key, value]) => [
        key,
        typeof value === 'string'
          ? value
          : isShare(key)
            ? format.percent(value)
            : /loss/i.test(key)
              ? format.loss(value)
              : String(value),
      ]),
    );
    return 0;
  } finally {
    saved.model.dispose();
  }
}
