// Tells when a request is over: its answer is out, or its client has gone.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Of each connection what is to be called when it closes: one listener, however many requests come on it at once. */
const pending = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls back once: when the answer is out, or the connection is closed. Of an answer that has to wait for the one before it on its
 * connection Node says nothing when that is closed, so both are listened to. At once, where all is over already.
 */
export function whenOver({ socket }: IncomingMessage, response: ServerResponse, then: () => void): void {
  if (socket.destroyed || response.destroyed) {
    then();
    return;
  }
  let calls = pending.get(socket);
  if (!calls) {
    const all = new Set<() => void>();
    socket.once('close', () => {
      for (const call of all) call();
    });
    pending.set(socket, all);
    calls = all;
  }
  const waiting = calls;
  const over = () => {
    if (!waiting.delete(over)) return;
    response.off('close', over);
    then();
  };
  waiting.add(over);
  response.once('close', over);
}
