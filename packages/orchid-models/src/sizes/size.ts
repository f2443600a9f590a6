// What is said of a size that the literature has a name for.
import type { ModelConfigInput } from '../config/index.ts';

/** A configuration by the name that papers have for it. */
export interface NamedSize {
  /** how it is called here, in lower case with dashes */
  readonly name: string;
  /** all that makes it this size; `createModel` takes it */
  readonly config: ModelConfigInput;
  /** parameters as published, and how far ours may be from that */
  readonly published: { readonly parameters: number; readonly tolerance: number; readonly source: string };
  /** what our count depends on that the source leaves open */
  readonly note?: string;
}
