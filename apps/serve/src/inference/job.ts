// One request on its way: waiting for its model, being prepared, waiting in a bucket, being computed, done.
import type { Operation, PreparedInput, WireInput } from '../workers/messages.ts';
import type { Version } from './version.ts';

/** What a route asks for. */
export interface JobRequest {
  readonly model: string;
  readonly operation: Operation;
  readonly input: WireInput;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a route gets. */
export interface JobResult {
  readonly value: unknown;
  readonly version: Version;
  /** how many inputs were computed together */
  readonly batchSize: number;
}

/** A worker, as far as a job knows it. */
export interface JobHost {
  /** nobody wants the job any more */
  cancel(job: Job): void;
}

/** Where a job is. */
export type Stage = 'unbound' | 'preparing' | 'waiting' | 'running' | 'done';

export class Job {
  stage: Stage = 'unbound';
  version: Version | null = null;
  prepared: PreparedInput | null = null;
  /** computed by itself, after a batch with it was lost: should it be at fault, no other suffers */
  alone = false;
  /** workers that were lost with it */
  losses = 0;
  /** whether the preparer has been told of it */
  sent = false;
  /** the engine that has been given it */
  host: JobHost | null = null;
  /** called once, at its end */
  onDone: () => void = () => {};

  constructor(
    readonly id: number,
    readonly request: JobRequest,
    /** milliseconds, as `performance.now()` */
    readonly arrived: number,
    readonly settle: { readonly resolve: (result: JobResult) => void; readonly reject: (error: Error) => void },
  ) {}

  get operation(): Operation {
    return this.request.operation;
  }
}
