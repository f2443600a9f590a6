// Options and the environment that users of the hub know (HF_HOME and its kin), as one set of settings.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Network, type NetworkOptions, networkOf } from '../request.ts';

/** A download as it goes on. */
export interface Progress {
  /** the file's path in the repository */
  readonly path: string;
  /** bytes on disk, those of an earlier try included */
  readonly loaded: number;
  /** bytes in all; undefined when the hub does not say */
  readonly total: number | undefined;
}

export interface HubOptions extends Omit<NetworkOptions, 'endpoint' | 'token'> {
  /** Default: HF_ENDPOINT, else `https://huggingface.co`. */
  readonly endpoint?: string;
  /** Default: HF_TOKEN, else none. `false`: none. */
  readonly token?: string | false;
  /** Default: HF_HUB_CACHE, else `hub` in HF_HOME, else `~/.cache/huggingface/hub`; shared with Python's huggingface_hub. */
  readonly cacheDir?: string;
  /** Look in the cache alone. Default: whether HF_HUB_OFFLINE is 1, true, yes or on. */
  readonly offline?: boolean;
  /** Compare what is in the cache with its checksum too, once a process and file. Default true. */
  readonly verify?: boolean;
  /** Called for every piece that arrives. */
  readonly onProgress?: (progress: Progress) => void;
  /** Told when the cache answers in place of a hub that cannot be reached. Default: `console.warn`. */
  readonly onNotice?: (message: string) => void;
}

export interface Settings {
  readonly net: Network;
  readonly cacheDir: string;
  readonly offline: boolean;
  readonly verify: boolean;
  readonly onProgress: (progress: Progress) => void;
  readonly onNotice: (message: string) => void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error naming the option that does not fit */
export function settingsOf(options: HubOptions, env: Environment = process.env): Settings {
  const { endpoint = env.HF_ENDPOINT || undefined, token = env.HF_TOKEN, ...rest } = options;
  const named = endpoint === undefined ? {} : { endpoint };
  return {
    net: networkOf({ ...rest, ...named, ...(token ? { token } : {}) }),
    cacheDir: options.cacheDir ?? hubCacheDir(env),
    offline: options.offline ?? /^(1|true|yes|on)$/i.test(env.HF_HUB_OFFLINE ?? ''),
    verify: options.verify ?? true,
    onProgress: options.onProgress ?? (() => {}),
    onNotice: options.onNotice ?? ((message) => console.warn(message)),
  };
}

/** Where this user keeps files of the hub. */
export function hubCacheDir(env: Environment = process.env): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(env.HF_HOME || join(cache, 'huggingface'), 'hub');
}
