// What is said of a folder that does not say how its model's inputs are made.
import { PREPROCESSOR_FILE } from './preprocessor/parse.ts';

/** @param example of the file's contents */
export function missingPreprocessor(what: string, example: object): Error {
  return new Error(
    `there is no ${PREPROCESSOR_FILE}, which says how ${what} are made for the model. ` +
      `Checkpoints of \`orchid train\` have one; for others write one, such as ${JSON.stringify(example)}`,
  );
}
