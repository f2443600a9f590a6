// GLUE from a folder, as it is handed out.
import { join } from 'node:path';
import { type GlueExamples, type GlueReadOptions, glueFileExamples } from '../../glue/examples.ts';
import { glueTask } from '../../glue/tasks.ts';
import { readTextFile } from '../text-file.ts';

/**
 * The examples of a split, of `<dir>/<split>.tsv`.
 *
 * @param dir such as `glue/CoLA`
 * @param task its name, such as `cola` or `CoLA`
 * @param split `train`, `dev` or `test`; of MNLI `dev_matched`, `dev_mismatched` and so on
 * @throws Error naming the file and the line, or the column that is missing
 */
export async function readGlue(
  dir: string,
  task: string,
  split: string,
  options: GlueReadOptions = {},
): Promise<GlueExamples> {
  const spec = glueTask(task);
  const file = spec.files.splits[split];
  if (file === undefined)
    throw new Error(
      `GLUE ${spec.folder}: split is ${JSON.stringify(split)}; want ${Object.keys(spec.files.splits).join(', ')}`,
    );
  const path = join(dir, `${file}.tsv`);
  return glueFileExamples(spec, split, await readTextFile(path), path, options);
}
