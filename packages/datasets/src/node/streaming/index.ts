// Text that does not fit in memory, from files on this machine and from the hub.
export { type HubDocumentsOptions, hubDocuments, type OpenOptions, openDocuments } from './open-documents.ts';
export type { TextUnit } from './text-documents.ts';
