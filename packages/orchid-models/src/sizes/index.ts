// Sizes by name, and what their parameters are made of.
import { IMAGE_SIZES } from './images.ts';
import type { NamedSize } from './size.ts';
import { TEXT_SIZES } from './texts.ts';

export { inspectModel } from './inspect.ts';
export { type PartCount, parameterParts } from './parts.ts';
export type { NamedSize } from './size.ts';

/** Every size that has a name. */
export const SIZES: readonly NamedSize[] = [...TEXT_SIZES, ...IMAGE_SIZES];
