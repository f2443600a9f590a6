// Every answer that is not what was asked for: JSON with a code that stays, words, and the request's id. No stack, no path.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';

/** The body of an answer that reports an error. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly requestId: string };
}

export const errorBody = (code: string, message: string, requestId: string): ErrorBody => ({
  error: { code, message, requestId },
});

/** What Fastify's own errors mean to a client; their words may hold parts of the request or of the machine. */
const known: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body_too_large', 'the body is larger than this server takes'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported_media_type', 'this route does not take such a content-type'],
  FST_ERR_CTP_EMPTY_TYPE: [415, 'unsupported_media_type', 'there is no content-type'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'invalid_json', 'the body is empty; want JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'invalid_request', 'the body is not as long as its content-length says'],
  FST_ERR_BAD_URL: [400, 'invalid_request', 'the URL is not valid'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'invalid_request', 'the URL is too long'],
};

/** An error as a client is to see it. */
export function serviceErrorOf(error: unknown): ServiceError | null {
  if (error instanceof ServiceError) return error;
  const { validation, code, statusCode } = error as Partial<FastifyError>;
  if (validation) return new ServiceError(400, 'invalid_request', (error as Error).message);
  const plain = code === undefined ? undefined : known[code];
  if (plain) return new ServiceError(...plain);
  // A body that breaks off, and the like: the client's doing, but its words are not ours to pass on.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new ServiceError(statusCode, 'invalid_request', 'the request cannot be read');
  return null;
}

/** Bytes of a body that is too large and is read past, to be thrown away. */
const mostReadPast = 2 ** 26;

/** Fastify's error handler. */
export function replyError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = serviceErrorOf(error);
  if (!known) request.log.error({ err: error }, 'request failed');
  const { status, code, message, retryAfter } =
    known ?? new ServiceError(500, 'internal', 'something went wrong in the server; its log says more');
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  // A body of a size that can be read past: who still sends it would else find the connection closed, and no answer.
  if (status === 413 && Number(request.headers['content-length']) <= mostReadPast) reply.removeHeader('connection');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(errorBody(code, message, request.id));
}
