// One error for whatever keeps a file of the hub from us, with a kind that programs can act on.

/**
 * - `not-found`: no such repository, revision or file
 * - `unauthorized`: a token is missing or not good enough (401, 403: private or gated)
 * - `server`: the hub failed (5xx), or is asked too much (429), however often it was tried
 * - `network`: no answer: no network, a wrong endpoint, a connection cut again and again
 * - `checksum`: bytes that are not those that the hub says
 * - `offline`: not in the cache, and the network is not to be used
 * - `protocol`: an answer that no hub gives
 */
export type HubFailure = 'not-found' | 'unauthorized' | 'server' | 'network' | 'checksum' | 'offline' | 'protocol';

export interface HubErrorDetails {
  /** of the HTTP answer, if there was one */
  readonly status?: number;
  readonly cause?: unknown;
  /** Trying again may help. */
  readonly isTemporary?: boolean;
  /** Milliseconds that the hub asks to wait before that. */
  readonly retryAfter?: number;
}

export class HubError extends Error {
  override readonly name = 'HubError';
  readonly kind: HubFailure;
  readonly status: number | undefined;
  readonly isTemporary: boolean;
  readonly retryAfter: number | undefined;

  constructor(kind: HubFailure, message: string, details: HubErrorDetails = {}) {
    super(`hub: ${message}`, details.cause === undefined ? {} : { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.isTemporary = details.isTemporary ?? false;
    this.retryAfter = details.retryAfter;
  }
}
