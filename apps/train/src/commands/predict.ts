// `orchid predict`: a trained model at work, in a process of its own.
import { UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { predictFiles } from '../predict/files.ts';
import { predictMasks } from '../predict/fill-mask.ts';
import type { PredictOptions, Question } from '../predict/options.ts';
import { pipelineOf } from '../predict/pipeline.ts';
import { predictRecall } from '../predict/recall.ts';
import { predictText } from '../predict/texts.ts';
import { startEngine } from '../run/engine.ts';
import { openSaved } from '../run/saved.ts';

interface Options extends PredictOptions {
  readonly backend: string;
  readonly blas: string;
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<number> {
  const [dir, ...words] = args;
  await startEngine(options.backend, options.blas);
  const saved = await openSaved(dir!, io.cwd);
  try {
    await answer({ words, options, saved }, io);
    return 0;
  } finally {
    saved.model.dispose();
  }
}

async function answer(question: Question, io: Io): Promise<void> {
  if (question.saved.record?.config.task === 'mqar')
    throw new UsageError('predict has no questions for this task; `orchid eval` measures the model');
  const pipeline = await pipelineOf(question.saved);
  switch (pipeline.task) {
    case 'recall':
      return predictRecall(pipeline, question, io);
    case 'fill-mask':
      return predictMasks(pipeline, question, io);
    case 'text-classification':
      return predictText(pipeline, question, io);
    case 'image-classification':
    case 'audio-classification':
      return predictFiles(pipeline, question, io);
  }
}
