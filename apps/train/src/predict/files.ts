// What a saved classifier takes files for: images, or recordings.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AudioClassificationPipeline, Classified, ImageClassificationPipeline } from '@orchid-ml/pipelines';
import { readImage } from '@orchid-ml/pipelines/node';
import { failing, UsageError } from '../errors.ts';
import { type Io, say } from '../io.ts';
import * as format from '../ui/format.ts';
import { ofFile, type Question } from './options.ts';

/** Prints the likeliest classes of each file. @throws UsageError without files; Failure naming one that cannot be read */
export async function predictFiles(
  pipeline: ImageClassificationPipeline | AudioClassificationPipeline,
  { words, options }: Question,
  io: Io,
): Promise<void> {
  const example = pipeline.task === 'image-classification' ? 'image' : 'recording';
  if (words.length === 0) throw new UsageError(`want the files of ${example}s: orchid predict DIR FILE...`);
  for (const file of words) {
    const path = resolve(io.cwd, file);
    const bytes = await failing(() => readFile(path));
    const { guesses } = await ofFile(() => classify(pipeline, bytes, path, options.top));
    if (options.json) say(io, JSON.stringify({ file, guesses }));
    else
      say(io, `${file}  ${guesses.map((guess) => `${guess.label} ${format.percent(guess.probability)}`).join(', ')}`);
  }
}

async function classify(
  pipeline: ImageClassificationPipeline | AudioClassificationPipeline,
  bytes: Uint8Array,
  name: string,
  top: number,
): Promise<Classified> {
  const [answer] = await (pipeline.task === 'image-classification'
    ? pipeline.run([pipeline.prepare(await readImage(bytes, pipeline, name), { top })])
    : pipeline.run([pipeline.prepare({ wav: bytes, name }, { top })]));
  return answer!;
}
