// One request to the hub: tried again when that may help, and turned into an error that says what to do when not.
import { HubError } from './hub-error.ts';
import { describeTarget, HUB_ENDPOINT, type Target } from './repo.ts';

export interface NetworkOptions {
  /** The hub's address. Default `https://huggingface.co`. */
  readonly endpoint?: string;
  /** Access token; it is sent to the endpoint alone, not to where that redirects. */
  readonly token?: string;
  /** How often a request that failed for a passing reason is made again. Default 4. */
  readonly retries?: number;
  /** Milliseconds before the first of these; they double. Default 500. */
  readonly retryDelay?: number;
  /** Milliseconds without a byte after which a connection counts as cut. Default 60,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** In place of the global `fetch`, for a proxy say. */
  readonly fetch?: typeof fetch;
}

/** {@link NetworkOptions} with all their defaults. */
export interface Network {
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly retries: number;
  readonly retryDelay: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly fetch: typeof fetch;
}

/** @throws Error naming the option that does not fit */
export function networkOf(options: NetworkOptions): Network {
  const { retries = 4, retryDelay = 500, timeout = 60_000, token, signal } = options;
  const endpoint = (options.endpoint ?? HUB_ENDPOINT).replace(/\/+$/, '');
  if (!/^https?:\/\/[^/]/.test(endpoint)) {
    throw new Error(`hub: endpoint is ${JSON.stringify(options.endpoint)}; want an http:// or https:// address`);
  }
  for (const [name, value] of Object.entries({ retries, retryDelay, timeout })) {
    if (!(value >= 0)) throw new Error(`hub: ${name} is ${value}; want a number of at least 0`);
  }
  return { endpoint, token: token || undefined, retries, retryDelay, timeout, signal, fetch: options.fetch ?? fetch };
}

/**
 * The hub's answer to a request about `target`, once: 2xx, or 3xx where `init.redirect` is `manual`.
 *
 * @throws HubError for every other answer, and for none; the signal's reason when it is aborted
 */
export async function requestOnce(url: string, init: RequestInit, target: Target, net: Network): Promise<Response> {
  const headers = new Headers(init.headers);
  // fetch drops it where a redirect leads to another origin.
  if (net.token && new URL(url).origin === new URL(net.endpoint).origin)
    headers.set('authorization', `Bearer ${net.token}`);
  const signal = init.signal ?? net.signal ?? null;
  let response: Response;
  try {
    response = await net.fetch(url, { ...init, headers, signal });
  } catch (error) {
    throw networkError(error, url, target, net);
  }
  const isRedirect = init.redirect === 'manual' && response.status >= 300 && response.status < 400;
  if (response.ok || isRedirect) return response;
  await response.body?.cancel();
  throw answerError(response, target, net);
}

/** As {@link requestOnce}, again and again while the failure is temporary. */
export function request(url: string, init: RequestInit, target: Target, net: Network): Promise<Response> {
  const limited = () => ({ ...init, signal: withTimeout(net) });
  return withRetries(() => requestOnce(url, limited(), target, net), net);
}

/** Runs `work` until it is done, fails for good, or has failed too often without any progress in between. */
export async function withRetries<T>(
  work: () => Promise<T>,
  net: Network,
  progress: () => number = () => 0,
): Promise<T> {
  let failures = 0;
  for (;;) {
    const before = progress();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HubError && error.isTemporary)) throw error;
      if (progress() > before) failures = 0;
      if (failures >= net.retries) throw error;
      await pause(error.retryAfter ?? net.retryDelay * 2 ** failures, net.signal);
      failures++;
    }
  }
}

/** Aborted when the network's signal is, or when its time is over. */
function withTimeout({ timeout, signal }: Network): AbortSignal {
  const limit = AbortSignal.timeout(timeout);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** What a connection that broke, or never was, is to be called. An abort by the caller stays what it is. */
export function networkError(error: unknown, url: string, target: Target, net: Network): unknown {
  if (net.signal?.aborted) return net.signal.reason;
  if (error instanceof HubError) return error;
  const cause = error instanceof Error ? (error.cause as { code?: string; message?: string } | undefined) : undefined;
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  const what = isLate ? `nothing came for ${net.timeout / 1000} s` : (cause?.code ?? cause?.message ?? String(error));
  const { origin } = new URL(url);
  const hint = 'is there a network, and is this the hub (HF_ENDPOINT)?';
  const message = `${describeTarget(target)}: the connection to ${origin} failed (${what}); ${hint}`;
  return new HubError('network', message, { cause: error, isTemporary: true });
}

function answerError(response: Response, target: Target, { endpoint, token }: Network): HubError {
  const { status } = response;
  const code = response.headers.get('x-error-code');
  const what = describeTarget(target);
  const repo = describeTarget({ ...target, revision: 'main' })
    .replace(/^.* of /, '')
    .replace(/ at revision main$/, '');
  if (status >= 500 || status === 429 || status === 408) {
    const after = Number(response.headers.get('retry-after') ?? Number.NaN);
    const retry = Number.isFinite(after) ? { retryAfter: Math.min(after, 60) * 1000 } : {};
    const why = status === 429 ? 'too many requests' : status === 408 ? 'too slow' : 'the hub failed';
    const message = `${what}: ${endpoint} answered ${status} (${why}); try again later`;
    return new HubError('server', message, { status, isTemporary: true, ...retry });
  }
  const given = token
    ? 'the token does not give access to it'
    : 'it needs an access token (HF_TOKEN, or the option token)';
  if (status === 403 || code === 'GatedRepo') {
    const page = `${endpoint}/${target.type === 'model' ? '' : 'datasets/'}${target.repo}`;
    const message = `${repo} is gated or private (${status}): ${given}; its terms may have to be accepted at ${page}`;
    return new HubError('unauthorized', message, { status });
  }
  if (status === 401) {
    // Without a token the hub does not tell a private repository from one that does not exist.
    const message = `${repo}: ${endpoint} answered 401: it does not exist, or is private and ${given}`;
    return new HubError('unauthorized', message, { status });
  }
  if (status === 404) {
    const message =
      code === 'RepoNotFound'
        ? `there is no ${repo} at ${endpoint}`
        : code === 'RevisionNotFound'
          ? `${repo} has no revision ${JSON.stringify(target.revision)}`
          : `${endpoint} has no ${what} (404)`;
    return new HubError('not-found', message, { status });
  }
  return new HubError('protocol', `${what}: ${endpoint} answered ${status}; is it a Hugging Face hub?`, { status });
}
