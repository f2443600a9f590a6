// What a set of labelled examples brings to a run that tells their classes apart.
import type { ExampleBatch, ExampleDataset, StreamedDataset } from '@orchid-ml/datasets';
import type { ModelConfigInput } from '@orchid-ml/orchid-models';
import type { Preprocessor } from '@orchid-ml/pipelines';
import type { SignalConfig } from '../../config/signal-schema.ts';
import type { Io } from '../../io.ts';

/** Training and evaluation, and the part that a finished run is measured on. */
export interface ClassData {
  readonly data: ExampleDataset | StreamedDataset;
  readonly testCount: number;
  /** the test part in order */
  readonly test: () => Iterable<ExampleBatch> | AsyncIterable<ExampleBatch>;
  /** how many damaged examples were met so far, where they are read as the run goes */
  readonly passedOver?: () => number;
}

/** Where labelled examples come from, and what model takes them. `Loaded` can be sent to a thread. */
export interface ClassSource<C extends SignalConfig, Loaded> {
  readonly name: C['task'];
  readonly title: string;
  /** what an example is: "image", "recording" */
  readonly example: string;
  /** what `--data` is to hold, for the message when it is missing */
  readonly wants: string;
  /** keys that a resumed run cannot change */
  readonly fixed: readonly string[];
  /** Reads, or lists, the files. @throws Error naming what is missing or damaged */
  load(config: C, folder: string, io: Io): Promise<{ readonly loaded: Loaded; readonly skipped: number }>;
  classesOf(loaded: Loaded): readonly string[];
  /** @throws Error naming the key that does not fit */
  dataset(config: C, loaded: Loaded): ClassData;
  /** positions that the model makes of an example */
  positions(config: C): number;
  /** the model's configuration, but for its classes */
  model(config: C): ModelConfigInput;
  /** how an example is made of a file, for the trained model */
  preprocessor(config: C): Preprocessor;
}

/** The part of a source that a saved model needs; whose configuration and files they are is known when it is asked for. */
export type AnySource = ClassSource<SignalConfig, unknown>;
