// Sends malformed requests and tells what came back.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { Malformed, MalformedStream } from './malformed.ts';

/** What came back: a status; 0 where the connection was closed without one. */
export interface Outcome {
  readonly kind: string;
  readonly status: number;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends one whole request. The server may answer, and close, before it has read all of it. */
export function sendMalformed(url: string, { kind, path, contentType, body, headers }: Malformed): Promise<Outcome> {
  return new Promise((resolve) => {
    let answered = false;
    const sent = request(
      `${url}${path}`,
      {
        agent,
        method: 'POST',
        headers: { ...(contentType && { 'content-type': contentType }), 'content-length': body.length, ...headers },
      },
      (response) => {
        answered = true;
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        const end = () => resolve({ kind, status: response.statusCode!, body: text });
        response.on('end', end);
        response.on('error', end);
      },
    );
    sent.on('error', () => {
      if (!answered) resolve({ kind, status: 0, body: '' });
    });
    sent.end(body);
  });
}

/** Writes a stream to a socket of its own. */
export function sendStream(url: string, { kind, parts }: MalformedStream, patience: number): Promise<Outcome> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    let closed = false;
    const socket = connect(Number(port), hostname);
    const close = () => {
      if (closed) return;
      closed = true;
      socket.destroy();
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
      resolve({ kind, status, body: text.split('\r\n\r\n').slice(1).join('\r\n\r\n') });
    };
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', close);
    socket.on('close', close);
    socket.setTimeout(patience, close);
    socket.on('connect', async () => {
      for (const part of parts) {
        if (closed) return;
        if (typeof part === 'number') await new Promise((next) => setTimeout(next, part));
        else socket.write(part);
      }
    });
  });
}

/** Why an outcome is none of those that a malformed request may have, or null. */
export function complaintOf({ kind, status, body }: Outcome, isStream: boolean): string | null {
  // Of a stream that is no HTTP there may be nothing to answer.
  if (status === 0) return isStream ? null : `${kind}: no answer`;
  if (status < 400 || status >= 500) return `${kind}: status ${status} ${body.slice(0, 200)}`;
  try {
    const { error } = JSON.parse(body) as { error: Record<string, unknown> };
    const isWhole = ['code', 'message', 'requestId'].every((key) => typeof error[key] === 'string');
    if (!isWhole) return `${kind}: the answer is ${body.slice(0, 200)}`;
  } catch {
    return `${kind}: the answer is no JSON: ${body.slice(0, 200)}`;
  }
  return /\/(home|work|tmp|usr|root|src|node_modules)\/|\bat .*:\d+:\d+/.test(body)
    ? `${kind}: a path or a stack: ${body}`
    : null;
}
