// The worker's side of the conversation: answers calls by handlers of their names, and tells events.
import type { AnyCalls, Failure, Question, Reply } from '../shared/calls.ts';

type Calls<C> = { [K in keyof C]: AnyCalls[string] };

/** A function for every call; what it throws is told to the page as that call's error. */
export type Handlers<C extends Calls<C>> = {
  readonly [K in keyof C]: (input: C[K][0]) => C[K][1] | Promise<C[K][1]>;
};

/** Answers the messages of this worker from now on. Calls may overlap: a long one does not keep others waiting at its awaits. */
export function serve<C extends Calls<C>>(handlers: Handlers<C>): void {
  addEventListener('message', async ({ data }: MessageEvent<Question>) => {
    const { id, call, input } = data;
    const handler = handlers[call as keyof C] as ((input: unknown) => unknown) | undefined;
    let reply: Reply;
    try {
      if (!handler) throw new Error(`there is no call ${call}`);
      reply = { id, answer: await handler(input) };
    } catch (error) {
      reply = { id, error: failureOf(error) };
    }
    postMessage(reply);
  });
}

/** Says something that nobody asked for. */
export function tell<E, K extends keyof E & string>(event: K, data: E[K]): void {
  postMessage({ event, data } satisfies Reply);
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const field = (error as { field?: unknown }).field;
  return { name: error.name, message: error.message, ...(typeof field === 'string' && { field }) };
}
