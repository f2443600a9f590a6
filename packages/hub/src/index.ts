// The package's public names.
export { type FileInfo, type FileRef, fileInfo } from './file-info.ts';
export { HubError, type HubErrorDetails, type HubFailure } from './hub-error.ts';
export { type HubFile, type Listing, listFiles } from './list-files.ts';
export { HUB_ENDPOINT, isRepoId, type RepoRef, type RepoType, resolveUrl, type Target } from './repo.ts';
export type { NetworkOptions } from './request.ts';
