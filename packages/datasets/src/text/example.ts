// A text, or a pair of texts, with its label.
import type { TextInput } from '@orchid-ml/tokenizers';

export interface TextExample {
  readonly text: TextInput;
  /** The class's number, or the number to be predicted; null where it is not known. */
  readonly label: number | null;
}
