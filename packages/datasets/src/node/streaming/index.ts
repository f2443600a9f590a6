// Text that does not fit in memory, from files on this machine and from the hub.
export {
  type HubText,
  type LocalText,
  type MlmRecipe,
  openMlmHeldOut,
  openMlmStream,
  type TextSource,
} from './mlm-recipe.ts';
export {
  type HubDocumentsOptions,
  hubDocuments,
  listHubDocuments,
  type OpenOptions,
  openDocuments,
} from './open-documents.ts';
export { Prefetch, type PrefetchOptions, type PrefetchSource, servePrefetch } from './prefetch.ts';
export { PrefetchedMlm, type PrefetchMlmOptions } from './prefetched-mlm.ts';
export type { TextUnit } from './text-documents.ts';
