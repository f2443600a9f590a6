// Requests that are not HTTP, or that take too long to arrive: Node reports them at the socket, before there is a request. And
// those that it would answer itself, without a word.
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorBody } from './error-reply.ts';

const meanings: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'the request took too long to arrive'],
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'the headers are larger than this server takes'],
};

/** Answers on the socket and closes it. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = meanings[error.code ?? ''] ?? [400, 'invalid_request', 'the request cannot be read'];
  const id = randomUUID();
  const body = JSON.stringify(errorBody(code, message, id));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A client that goes on sending, or does not read, does not keep the socket.
  socket.setTimeout(1000, () => socket.destroy());
}

/** Answers a request whose Expect header asks for anything but 100-continue. */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const id = randomUUID();
  const body = JSON.stringify(errorBody('invalid_request', 'Expect: want 100-continue, or no such header', id));
  response.writeHead(417, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-request-id': id,
    connection: 'close',
  });
  response.end(body);
}
