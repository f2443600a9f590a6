// What a task brings to `orchid train` and `orchid eval`; everything else about a run is the same for all.
import type { Model, ModelConfigInput } from '@orchid-ml/orchid-models';
import type { Preprocessor } from '@orchid-ml/pipelines';
import type { Tokenizer } from '@orchid-ml/tokenizers';
import type { Task } from '@orchid-ml/trainers';
import type { TrainOptions } from '../config/options.ts';
import type { RunConfig } from '../config/schema.ts';
import type { Io } from '../io.ts';
import type { Sources } from '../run/folder.ts';
import type { Saved } from '../run/saved.ts';
import type { Ended, Fact } from '../run/train-run.ts';

/** The data of a run, opened, and what follows from it. */
export interface Opened<B = unknown> {
  readonly task: Task<Model, B>;
  /** what a new run's model is made from */
  readonly model: ModelConfigInput;
  /** makes the model of a new run that does not start from chance; an engine runs then */
  readonly pretrained?: () => Promise<Model>;
  /** saved beside the model; null for a task without */
  readonly tokenizer: Tokenizer | null;
  /** what a worker's thread makes the same task from, in {@link TaskKind.taskFor}; it is sent by structured cloning */
  readonly share: unknown;
  /** the data in words, for the banner */
  readonly data: string;
  /** further lines of the banner */
  readonly facts: readonly Fact[];
  /**
   * Measures the finished run.
   *
   * @param pieces into how many pieces a batch is cut, for the memory
   */
  conclude(model: Model, ended: Ended, pieces: number): Promise<Conclusion> | Conclusion;
  /** ends what reads ahead; called however the run ends */
  close?(): Promise<void>;
}

/** How good a finished run is. */
export interface Conclusion {
  /** what training.require_accuracy is held against */
  readonly score: number | undefined;
  /** further lines of the summary */
  readonly facts: readonly Fact[];
}

/** What a command prints: a line for each, or one JSON object. */
export type Result = Readonly<Record<string, string | number>>;

/** Options of `orchid eval`; each task takes some of them. */
export interface EvaluateOptions {
  readonly text?: string;
  readonly data?: string;
  readonly sequences: number;
  readonly length?: number;
  readonly seed?: number;
}

/** A task that models can be trained on. */
export interface TaskKind<C extends RunConfig = RunConfig> {
  readonly name: C['task'];
  /** of a run's banner */
  readonly title: string;
  /** Keys of a preset that a resumed run cannot change, beside the model's: its weights are made for them. */
  readonly fixed: readonly string[];
  /**
   * Where the data is: files and folders by their absolute paths, by the option that names them.
   *
   * @param before of the run that goes on
   * @throws UsageError for data that was not given
   */
  sources(options: TrainOptions, before: Sources | undefined, cwd: string): Sources;
  /**
   * Opens the data; no engine runs yet when a run is new.
   *
   * @param tokenizer the checkpoint's, when a run goes on
   * @throws Failure naming the file or key that does not fit
   */
  open(
    config: C,
    sources: Sources,
    context: { readonly io: Io; readonly tokenizer: Tokenizer | null },
  ): Promise<Opened>;
  /** The task of {@link open} once more, in a thread that reads no file. */
  taskFor(config: C, share: unknown): Task<Model> | Promise<Task<Model>>;
  /** What to do after a run: command and purpose. */
  suggest(program: string, folder: string, config: C): readonly (readonly [command: string, purpose: string])[];
  /** @throws UsageError for options that are not for such models */
  evaluate(saved: Saved, options: EvaluateOptions, io: Io): Promise<Result>;
  /** How inputs are made for a trained model, saved beside it; null for a model that is not asked anything. */
  preprocessor(config: C): Preprocessor | null;
}
