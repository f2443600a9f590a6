// How good a saved recall model is, on sequences that it has not seen.
import { recallTask } from '@orchid-ml/trainers';
import { failing, UsageError } from '../../errors.ts';
import type { Saved } from '../../run/saved.ts';
import type { EvaluateOptions, Result } from '../kind.ts';
import { lengthFor } from '../length.ts';
import { sequenceModelOf } from '../saved-parts.ts';

/** @throws UsageError for a text, or sequences longer than the model takes */
export async function evaluateRecall(saved: Saved, options: EvaluateOptions): Promise<Result> {
  if (options.text !== undefined)
    throw new UsageError('--text is for masked-language models; this is a recall model, which draws its own sequences');
  const model = sequenceModelOf(saved);
  const config = saved.record?.config.task === 'recall' ? saved.record.config : null;
  const length = lengthFor(model.config.max_position_embeddings, config?.data.length, options.length);
  const seed = options.seed ?? config?.seed ?? 0;
  const task = await failing(() =>
    recallTask({
      length,
      vocabSize: model.config.vocab_size,
      batchSize: config?.training.batch_size ?? 32,
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
