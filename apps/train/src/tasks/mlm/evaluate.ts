// How good a saved masked-language model is, on text that it was not trained on.
import { mlmTask } from '@orchid-ml/trainers';
import type { MlmConfig } from '../../config/schema.ts';
import { Failure, messageOf } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import type { EvaluateOptions, Result } from '../kind.ts';
import { lengthFor } from '../length.ts';
import { sequenceModelOf, tokenizerOf } from '../saved-parts.ts';
import { makeDataset, readText } from './data.ts';

export async function evaluateText(saved: Saved, options: EvaluateOptions, io: Io): Promise<Result> {
  const { record } = saved;
  const tokenizer = tokenizerOf(saved);
  const model = sequenceModelOf(saved);
  if (record?.config.task !== 'mlm')
    throw new Failure(
      `${saved.folder} has no run.json beside it, which says how its text was cut; give the folder of a run`,
    );
  const { text: learned, evalText: heldOut } = record.sources;
  const length = lengthFor(model.config.max_position_embeddings, record.config.data.length, options.length);
  if (!learned) throw new Failure('the run does not say which text it learned from');
  const config: MlmConfig = {
    ...record.config,
    seed: options.seed ?? record.config.seed,
    data: { ...record.config.data, length },
  };
  const evalFile = options.text ?? heldOut;
  const evalText = evalFile === undefined ? null : await readText(io.cwd, evalFile);
  // The training text is needed for the unigram baseline, and for its end if that is what was held out.
  let missing: string | null = null;
  const text = await readText(io.cwd, learned).catch((error: unknown) => {
    if (evalText === null) throw error;
    missing = messageOf(error);
    return evalText;
  });
  const dataset = await makeDataset(config, tokenizer, { text, evalText });
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
    text: evalFile ?? `the end of ${learned}`,
    windows: Math.min(limit, dataset.heldOutWindows),
    length,
    maskProbability: config.data.eval_mask_probability,
    loss,
    accuracy,
    ...baseline(),
  };
}
