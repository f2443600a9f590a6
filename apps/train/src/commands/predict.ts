// `orchid predict`: a trained model at work, in a process of its own.
import type { Io } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import { openSaved } from '../run/saved.ts';
import { kindOf } from '../tasks/index.ts';
import type { PredictOptions } from '../tasks/kind.ts';

interface Options extends PredictOptions {
  readonly backend: string;
  readonly blas: string;
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<number> {
  const [dir, ...words] = args;
  await startEngine(options.backend, options.blas);
  const saved = await openSaved(dir!, io.cwd);
  try {
    return await (await kindOf(saved)).predict(saved, words, options, io);
  } finally {
    saved.model.dispose();
  }
}
