// A trained model that was dropped on the page, what is put into it and what comes out.
import type { PipelineTask } from '@orchid-ml/pipelines';

export type UseTask = PipelineTask;

/** A model that is ready. */
export interface Opened {
  readonly task: UseTask;
  /** model_type */
  readonly kind: string;
  readonly parameters: number;
  /** a line for people: layers, width, mixer */
  readonly summary: string;
  /** what the model's vocabulary covers, of text models: number of tokens */
  readonly vocabSize: number | null;
  /** of a model of images: what it takes */
  readonly image: { readonly height: number; readonly width: number; readonly channels: number } | null;
  /** of a model of texts with labels: how many texts it judges together */
  readonly texts: 1 | 2 | null;
}

/** An input and its options as the task's pipeline takes them. */
export interface UseInput {
  readonly input: unknown;
  readonly options: unknown;
}

/** As `orchid predict --json` prints it. */
export interface UseAnswer {
  readonly answer: unknown;
}
