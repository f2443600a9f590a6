// The two kinds of errors that are meant to be read: a wrong option stops the start, and a service error is an answer to a
// client. Whatever else is thrown is a fault of ours: it is logged, and the client learns no more than that.

/** The server was started wrongly. `option` names what does not fit, as in {@link ServeOptions}. */
export class OptionError extends Error {
  constructor(
    readonly option: string,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${option}: ${message}`, options);
    this.name = 'OptionError';
  }
}

/** An answer other than the one that was asked for: its message goes to the client, so it holds no path and no stack. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    /** stays the same when the words change */
    readonly code: string,
    message: string,
    /** seconds after which another try makes sense */
    readonly retryAfter?: number,
  ) {
    // It is an answer, and nobody reads where it was made; to find that out is most of what refusing would cost.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'ServiceError';
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An input that this model cannot take. */
export const invalidInput = (field: string, message: string) =>
  new ServiceError(400, 'invalid_input', message.startsWith(field) ? message : `${field}: ${message}`);

/** A request that no model could take. */
export const invalidRequest = (message: string) => new ServiceError(400, 'invalid_request', message);

export const bodyTooLarge = () => new ServiceError(413, 'body_too_large', 'the body is larger than this server takes');

export const queueFull = (retryAfter: number) =>
  new ServiceError(429, 'queue_full', 'as many requests wait as can be answered in time; try again later', retryAfter);

export const uploadsFull = () =>
  new ServiceError(429, 'queue_full', 'the bodies of other requests take the room for bodies; try again later', 1);

export const deadlineExceeded = (ms: number) =>
  new ServiceError(504, 'deadline_exceeded', `there was no answer within ${ms} ms`);

/** Nobody reads this one. The number is the one that proxies log for a client that went away. */
export const clientGone = () => new ServiceError(499, 'client_gone', 'the client closed the connection');

export const workerLost = () =>
  new ServiceError(
    503,
    'worker_lost',
    'the worker that computed this was lost, and so was the one that tried again',
    1,
  );

export const shuttingDown = () => new ServiceError(503, 'shutting_down', 'the server is shutting down', 1);

export const inferenceFailed = () =>
  new ServiceError(500, 'inference_failed', 'the model could not compute this; the log says more');

export const modelFailed = (model: string) =>
  new ServiceError(503, 'model_unavailable', `the model ${model} could not be loaded; the log says more`, 10);
