// Sends requests as fast as they are answered (closed loop) or at a rate (open loop), and checks every answer. In a process
// of its own.
import { sameAnswer } from './compare.ts';
import { Connection, headerOf, requestBytes } from './connection.ts';
import type { Asking } from './inputs.ts';
import { answerQuestions } from './processes.ts';

export interface Run {
  readonly url: string;
  readonly askings: readonly Asking[];
  readonly seconds: number;
  /** requests under way at once; with a rate, at most: what is due while all are under way is not sent */
  readonly connections: number;
  /** requests a second, however fast they are answered; null for as fast as they are */
  readonly rate: number | null;
}

export interface Result {
  readonly seconds: number;
  readonly sent: number;
  /** requests that were due at a rate while as many as allowed were under way */
  readonly skipped: number;
  /** answers by status */
  readonly statuses: Readonly<Record<string, number>>;
  /** requests without an answer, by the error */
  readonly errors: Readonly<Record<string, number>>;
  /** answers with status 200 that are not the right ones */
  readonly wrong: number;
  /** refusals without a Retry-After header */
  readonly without: number;
  /** of the answers with status 200, milliseconds */
  readonly latency: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  /** inputs of the batches that they were computed in, on average */
  readonly batch: number;
}

export type GeneratorQuestions = { run: { ask: Run; answer: Result } };

async function run({ url, askings, seconds, connections, rate }: Run): Promise<Result> {
  const { hostname, port } = new URL(url);
  const statuses: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const latencies: number[] = [];
  const idle: Connection[] = [];
  const bytes = askings.map(({ path, body }) => requestBytes(path, body));
  // Answers that have been found right before need not be looked at again.
  const right = askings.map(({ answer }) => new Set([JSON.stringify(answer)]));
  let [sent, skipped, wrong, without, batches] = [0, 0, 0, 0, 0];

  const one = async (): Promise<boolean> => {
    const which = sent++ % askings.length;
    const begin = performance.now();
    let connection = idle.pop();
    while (connection && !connection.isOpen) connection = idle.pop();
    connection ??= new Connection(hostname, Number(port));
    try {
      const { status, head, body } = await connection.ask(bytes[which]!);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (connection.isOpen) idle.push(connection);
      if (status === 429 && !(headerOf(head, 'retry-after') >= 1)) without++;
      if (status !== 200) return true;
      latencies.push(performance.now() - begin);
      batches += headerOf(head, 'x-batch-size');
      if (right[which]!.has(body)) return true;
      if (sameAnswer(JSON.parse(body), askings[which]!.answer)) right[which]!.add(body);
      else wrong++;
      return true;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const name = code ?? message;
      errors[name] = (errors[name] ?? 0) + 1;
      return false;
    }
  };

  // Some at a time: more at once than the system keeps for the server would have to knock a second time, a second later. Each asks
  // something at once: a server waits for a connection's first request only so long, and then says that it came too late (408).
  if (rate !== null)
    while (idle.length < connections) {
      const some = Array.from({ length: 64 }, () => new Connection(hostname, Number(port)));
      await Promise.all(some.map(({ opened }) => opened));
      await Promise.all(some.map((connection) => connection.ask(bytes[0]!)));
      idle.push(...some);
    }
  const begin = performance.now();
  const end = begin + 1000 * seconds;
  if (rate === null) {
    const client = async () => {
      while (performance.now() < end) {
        // A server that is gone stays gone.
        if (!(await one())) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await Promise.all(Array.from({ length: connections }, client));
  } else {
    let underWay = 0;
    const counted = async () => {
      underWay++;
      const ok = await one();
      underWay--;
      return ok;
    };
    const all: Promise<boolean>[] = [];
    while (performance.now() < end) {
      const due = Math.floor(((performance.now() - begin) / 1000) * rate);
      while (sent + skipped < due) {
        if (underWay < connections) all.push(counted());
        else skipped++;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(all);
  }
  const took = (performance.now() - begin) / 1000;
  for (const connection of idle) connection.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(10 * (latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0)) / 10;
  return {
    seconds: took,
    sent,
    skipped,
    statuses,
    errors,
    wrong,
    without,
    latency: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    batch: latencies.length === 0 ? 0 : Math.round((10 * batches) / latencies.length) / 10,
  };
}

answerQuestions({ run });
