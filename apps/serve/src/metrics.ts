// What Prometheus reads: how many, how long, how full. Every server has a registry of its own.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, from what a cache would take to the longest deadlines. */
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is asked when somebody reads the metrics. */
export interface Gauges {
  readonly waiting: () => number;
  readonly running: () => number;
  readonly workers: () => number;
  readonly replaced: () => number;
  /** bytes of the weights of each loaded model, in all workers */
  readonly modelBytes: () => ReadonlyMap<string, number>;
}

export class Metrics {
  readonly registry = new Registry();
  readonly requests: Counter<'method' | 'route' | 'status'>;
  readonly requestSeconds: Histogram<'route'>;
  readonly queueSeconds: Histogram;
  readonly inferenceSeconds: Histogram<'model'>;
  readonly batchSize: Histogram<'model'>;
  readonly retries: Counter;
  readonly reloads: Counter<'model' | 'outcome'>;
  readonly evictions: Counter<'model'>;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Counter({
      name: 'orchid_requests_total',
      help: 'Requests answered, by method, route and status.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.requestSeconds = new Histogram({
      name: 'orchid_request_seconds',
      help: 'From the head of a request to the end of its answer.',
      labelNames: ['route'],
      buckets: seconds,
      registers,
    });
    this.queueSeconds = new Histogram({
      name: 'orchid_queue_seconds',
      help: 'From the arrival of an input to its batch.',
      buckets: seconds,
      registers,
    });
    this.inferenceSeconds = new Histogram({
      name: 'orchid_inference_seconds',
      help: 'Of computing a batch.',
      labelNames: ['model'],
      buckets: seconds,
      registers,
    });
    this.batchSize = new Histogram({
      name: 'orchid_batch_inputs',
      help: 'Inputs of a batch.',
      labelNames: ['model'],
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    });
    this.retries = new Counter({
      name: 'orchid_retries_total',
      help: 'Inputs computed once more because a worker was lost.',
      registers,
    });
    this.reloads = new Counter({
      name: 'orchid_model_reloads_total',
      help: 'Changes of a model folder, by what became of them.',
      labelNames: ['model', 'outcome'],
      registers,
    });
    this.evictions = new Counter({
      name: 'orchid_model_evictions_total',
      help: 'Models that made room for another.',
      labelNames: ['model'],
      registers,
    });
  }

  /** Adds what is read off the server when somebody asks. */
  observe(gauges: Gauges): void {
    const registers = [this.registry];
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    gauge('orchid_queue_inputs', 'Inputs that wait.', gauges.waiting);
    gauge('orchid_running_inputs', 'Inputs that are computed.', gauges.running);
    gauge('orchid_workers', 'Engines that take work.', gauges.workers);
    gauge('orchid_workers_replaced', 'Workers that were lost and replaced since the start.', gauges.replaced);
    new Gauge({
      name: 'orchid_model_bytes',
      help: 'Weights of a loaded model in all workers.',
      labelNames: ['model'],
      registers,
      collect() {
        this.reset();
        for (const [model, bytes] of gauges.modelBytes()) this.set({ model }, bytes);
      },
    });
  }
}
