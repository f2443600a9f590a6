// Where examples come from, one at a time and by number, so that any order of them can be drawn and gone on with.
import type { Rng } from '../rng.ts';

/** What is known of examples before they are read. */
export interface ExampleList {
  /** int32 [count], each 0 to classes.length - 1 */
  readonly labels: Int32Array;
  /** names by label */
  readonly classes: readonly string[];
  /** of one example as it is read: [height, width, channels] or [samples] */
  readonly shape: readonly number[];
}

/** Examples at hand in memory. */
export interface ExampleSource extends ExampleList {
  /** Example `index` as float32 [...shape]; all that is random about it comes from `rng`. */
  readonly read: (index: number, rng: Rng) => Float32Array;
}

/** Examples that are read and decoded as they are asked for. */
export interface StreamedSource extends ExampleList {
  /** As in {@link ExampleSource}, or null for an example that cannot be read and is to be passed over. */
  readonly read: (index: number, rng: Rng) => Promise<Float32Array | null>;
}

/**
 * The examples of a source whose numbers are given, in that order.
 *
 * @throws Error at a number that the source does not have
 */
export function subset(source: ExampleSource, indices: readonly number[]): ExampleSource;
export function subset(source: StreamedSource, indices: readonly number[]): StreamedSource;
export function subset(
  { labels, classes, shape, read }: ExampleSource | StreamedSource,
  indices: readonly number[],
): ExampleSource | StreamedSource {
  const bad = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= labels.length);
  if (bad !== undefined) throw new Error(`subset: index ${bad}; want an integer in 0..${labels.length - 1}`);
  return {
    labels: Int32Array.from(indices, (index) => labels[index]!),
    classes,
    shape,
    read: (index: number, rng: Rng) => read(indices[index]!, rng),
  } as ExampleSource | StreamedSource;
}
