// Sends requests as fast as they are answered (closed loop) or at a rate (open loop), and checks every answer. In a process
// of its own.
import { Agent, request } from 'node:http';
import { sameAnswer } from './compare.ts';
import type { Asking } from './inputs.ts';
import { answerQuestions } from './processes.ts';

export interface Run {
  readonly url: string;
  readonly askings: readonly Asking[];
  readonly seconds: number;
  /** requests under way at once; or, with `rate`, at most */
  readonly connections: number;
  /** requests a second, however fast they are answered; null for as fast as they are */
  readonly rate: number | null;
}

export interface Result {
  readonly seconds: number;
  readonly sent: number;
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
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname: host, port } = new URL(url);
  const statuses: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const latencies: number[] = [];
  let [sent, wrong, without, batches] = [0, 0, 0, 0];
  const one = () =>
    new Promise<boolean>((resolve) => {
      const { path, body, answer } = askings[sent++ % askings.length]!;
      const begin = performance.now();
      const failed = (error: NodeJS.ErrnoException) => {
        const name = error.code ?? error.message;
        errors[name] = (errors[name] ?? 0) + 1;
        resolve(false);
      };
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const asked = request({ agent, host, port, path, method: 'POST', headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', failed);
        response.on('end', () => {
          const status = response.statusCode!;
          statuses[status] = (statuses[status] ?? 0) + 1;
          if (status === 200) {
            latencies.push(performance.now() - begin);
            batches += Number(response.headers['x-batch-size']);
            if (!sameAnswer(JSON.parse(text), answer)) wrong++;
          } else if (status === 429 && !(Number(response.headers['retry-after']) >= 1)) without++;
          resolve(true);
        });
      });
      asked.on('error', failed);
      asked.end(body);
    });

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
    const all: Promise<boolean>[] = [];
    while (performance.now() < end) {
      const due = Math.floor(((performance.now() - begin) / 1000) * rate);
      while (sent < due) all.push(one());
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(all);
  }
  const took = (performance.now() - begin) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(10 * (latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0)) / 10;
  return {
    seconds: took,
    sent,
    statuses,
    errors,
    wrong,
    without,
    latency: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    batch: latencies.length === 0 ? 0 : Math.round((10 * batches) / latencies.length) / 10,
  };
}

answerQuestions({ run });
