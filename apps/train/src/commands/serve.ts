// `orchid serve`: trained models over HTTP, until it is told to end.
import type { BackendName } from '@orchid-ml/backends';
import { Failure, messageOf, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';

interface Options {
  readonly host: string;
  readonly port: number;
  readonly backend: BackendName;
  readonly blas: string;
  readonly workers: number | 'auto';
  readonly maxBatch: number;
  readonly batchWaitMs: number;
  readonly queue: number;
  readonly deadlineMs: number;
  readonly memoryGb?: number;
  readonly apiKeyFile?: string;
  readonly rateLimit?: number;
  readonly bodyMb: number;
  readonly maxText: number;
  readonly reload: boolean;
}

/** Where an option of the server has another name on the command line. */
const optionNames: Readonly<Record<string, string>> = {
  models: 'MODEL',
  queueLimit: '--queue',
  bodyLimitMb: '--body-mb',
  maxTextLength: '--max-text',
};

const flagOf = (option: string) => optionNames[option] ?? `--${option.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

export async function run(args: readonly string[], options: Options, io: Io): Promise<number> {
  // Loaded here: the other commands need no web server.
  const { OptionError, startServer } = await import('@orchid-ml/serve');
  const explained = (error: unknown) =>
    error instanceof OptionError
      ? new UsageError(error.message.replace(`${error.option}:`, `${flagOf(error.option)}:`), { cause: error })
      : new Failure(messageOf(error), { cause: error });
  const { queue, bodyMb, maxText, reload, ...same } = options;
  const server = await startServer(
    {
      models: args,
      ...same,
      queueLimit: queue,
      bodyLimitMb: bodyMb,
      maxTextLength: maxText,
      ...(!reload && { reloadMs: 0 }),
    },
    { cwd: io.cwd },
  ).catch((error: unknown) => Promise.reject(explained(error)));
  // Standard output is for the log.
  io.err(`orchid serve: listening at ${server.url}, loading ${args.length === 1 ? 'the model' : 'the models'}\n`);
  let calls = 0;
  const ended = new Promise<void>((resolve) => {
    const stop = io.onInterrupt(() => {
      calls++;
      if (calls === 1) {
        io.err('orchid serve: answering what was taken; once more ends it at once\n');
        void server.close().then(() => {
          stop();
          resolve();
        });
      } else io.exit(130);
    });
  });
  const failed = server.ready.then(
    (engine) => {
      if (calls === 0) io.err(`orchid serve: ready on ${engine}; ${server.url}/docs shows what it answers\n`);
      return new Promise<never>(() => {});
    },
    async (error: unknown) => {
      // Told to end while the models were being loaded: that is no failure.
      if (calls > 0) return ended;
      await server.close();
      throw explained(error);
    },
  );
  await Promise.race([ended, failed]);
  return 0;
}
