// What the server can be told, with the defaults, and the check that names the option, what it got and what it wanted.
import { totalmem } from 'node:os';
import type { BackendName } from '@orchid-ml/backends';
import { OptionError } from './errors.ts';

/** How a server is to be. Everything but `models` has a default. */
export interface ServeOptions {
  /** folders of models or runs, each `FOLDER` or `NAME=FOLDER`; nothing else is ever opened */
  readonly models: readonly string[];
  /** the address to listen at; by default the loopback one, which only this machine reaches */
  readonly host?: string;
  /** 0 for any that is free */
  readonly port?: number;
  readonly backend?: BackendName;
  /** matrix products of the wasm engine: 'auto', 'off' or a library's path */
  readonly blas?: string;
  /** threads that compute, an engine each; 'auto': every core, and one on webgpu */
  readonly workers?: number | 'auto';
  /** inputs computed at once, at most */
  readonly maxBatch?: number;
  /** positions (tokens, patches, samples of a sound after its stem) computed at once, at most; a single input may have more */
  readonly maxBatchPositions?: number;
  /** milliseconds that an input waits for others to be computed with */
  readonly batchWaitMs?: number;
  /** requests that wait, at most; beyond them the answer is 429 */
  readonly queueLimit?: number;
  /** milliseconds from a request's arrival to its answer, or 504 */
  readonly deadlineMs?: number;
  /** memory for the weights of all models in all workers, in GiB */
  readonly memoryGb?: number;
  /** a file with one API key a line, or name and key; without it no key is asked for */
  readonly apiKeyFile?: string;
  /** requests a minute for each key (without keys, for each address); 0 for no limit */
  readonly rateLimit?: number;
  /** the largest body with an image or a sound, in MiB; texts have 1 MiB */
  readonly bodyLimitMb?: number;
  /** the longest text, in characters */
  readonly maxTextLength?: number;
  /** milliseconds between two looks at the model folders; 0 never looks again */
  readonly reloadMs?: number;
  /** milliseconds in which a client must have sent its whole request */
  readonly requestTimeoutMs?: number;
}

/** {@link ServeOptions} with nothing left open. */
export type Settings = Required<Omit<ServeOptions, 'apiKeyFile' | 'workers'>> & {
  readonly apiKeyFile: string | null;
  /** null for as many as suit the machine and the engine */
  readonly workers: number | null;
};

const GIB = 2 ** 30;
const backends: readonly BackendName[] = ['auto', 'webgpu', 'wasm', 'cpu'];

/** Addresses that only this machine reaches. */
export const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

type Numeric = Exclude<
  { [K in keyof ServeOptions]-?: NonNullable<ServeOptions[K]> extends number ? K : never }[keyof ServeOptions],
  never
>;

/** Of each number: the smallest, the largest, whether it is whole, and the default. */
const numbers: Readonly<Record<Numeric, readonly [min: number, max: number, whole: boolean, value: number]>> = {
  port: [0, 65_535, true, 8080],
  maxBatch: [1, 1024, true, 32],
  maxBatchPositions: [1, 2 ** 24, true, 32_768],
  batchWaitMs: [0, 1000, false, 5],
  queueLimit: [1, 100_000, true, 256],
  deadlineMs: [1, 3_600_000, true, 10_000],
  memoryGb: [1e-6, 4096, false, defaultMemoryGb()],
  rateLimit: [0, 10_000_000, true, Number.NaN],
  bodyLimitMb: [0.001, 256, false, 8],
  maxTextLength: [1, 1_000_000, true, 100_000],
  reloadMs: [0, 3_600_000, true, 2000],
  requestTimeoutMs: [100, 3_600_000, true, 15_000],
};

/** Half of the memory that this process may use, in GiB. */
function defaultMemoryGb(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  const all = limit > 0 && limit < totalmem() ? limit : totalmem();
  return Math.max(0.25, Math.round((all / 2 / GIB) * 100) / 100);
}

function numberOf(options: ServeOptions, name: Numeric): number {
  const [min, max, whole, value] = numbers[name];
  const given = options[name] ?? value;
  if (Number.isNaN(given) && options[name] === undefined) return given;
  if (typeof given !== 'number' || !(given >= min && given <= max) || (whole && !Number.isInteger(given)))
    throw new OptionError(
      name,
      `got ${JSON.stringify(given)}; want ${whole ? 'a whole' : 'a'} number from ${min} to ${max}`,
    );
  return given;
}

function workersOf({ workers = 'auto' }: ServeOptions): number | 'auto' {
  if (workers === 'auto' || (Number.isInteger(workers) && workers >= 1 && workers <= 256)) return workers;
  throw new OptionError('workers', `got ${JSON.stringify(workers)}; want a whole number from 1 to 256, or auto`);
}

/** @throws OptionError naming the first that does not fit */
export function settingsOf(options: ServeOptions): Settings {
  const { models, host = '127.0.0.1', backend = 'auto', blas = 'auto', apiKeyFile = null } = options;
  if (!Array.isArray(models) || models.length === 0)
    throw new OptionError('models', 'got none; want at least one folder of a model or a run');
  if (host === '') throw new OptionError('host', 'got an empty one; want an address, e.g. 127.0.0.1');
  if (!backends.includes(backend))
    throw new OptionError('backend', `got ${JSON.stringify(backend)}; want one of ${backends.join(', ')}`);
  const all = Object.fromEntries(
    (Object.keys(numbers) as Numeric[]).map((name) => [name, numberOf(options, name)]),
  ) as Record<Numeric, number>;
  const workers = workersOf(options);
  if (backend === 'webgpu' && workers !== 'auto' && workers > 1)
    throw new OptionError('workers', `got ${workers}; want 1 with the engine webgpu: one device is one worker`);
  return {
    ...all,
    models,
    host,
    backend,
    blas,
    apiKeyFile,
    workers: workers === 'auto' ? null : workers,
    // Whoever reaches the server over a network is limited unless told otherwise; one's own programs are not.
    rateLimit: Number.isNaN(all.rateLimit) ? (apiKeyFile !== null || !isLoopback(host) ? 1200 : 0) : all.rateLimit,
  };
}
