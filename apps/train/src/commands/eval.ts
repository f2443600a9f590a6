// `orchid eval`: how good a saved model is, on sequences, text or data that it was not trained on.
import { type Io, say } from '../io.ts';
import { startEngine } from '../run/engine.ts';
import { openSaved } from '../run/saved.ts';
import { kindOf } from '../tasks/index.ts';
import type { EvaluateOptions } from '../tasks/kind.ts';
import { facts } from '../ui/banner.ts';
import * as format from '../ui/format.ts';

interface Options extends EvaluateOptions {
  readonly json?: boolean;
  readonly backend: string;
  readonly blas: string;
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<number> {
  const engine = await startEngine(options.backend, options.blas);
  const saved = await openSaved(args[0]!, io.cwd);
  try {
    const result = await (await kindOf(saved)).evaluate(saved, options, io);
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
