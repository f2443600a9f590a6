// The options of `orchid train`, and what they say about the configuration.
import type { Workers } from '../run/workers.ts';

export interface TrainOptions {
  /** default: the task's own */
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly out?: string;
  readonly resume?: string;
  readonly force?: boolean;
  readonly seed?: number;
  readonly steps?: number;
  readonly backend: string;
  readonly blas: string;
  readonly precision: string;
  readonly workers: Workers;
  readonly logEvery: number;
  readonly text?: string;
  readonly evalText?: string;
  readonly data?: string;
  readonly tokenizer?: string;
  readonly from?: string;
}

/** --set, --seed and --steps as assignments of keys. */
export function assignments(options: TrainOptions): string[] {
  return [
    ...(options.set ?? []),
    ...(options.seed === undefined ? [] : [`seed=${options.seed}`]),
    ...(options.steps === undefined ? [] : [`training.steps=${options.steps}`]),
  ];
}
