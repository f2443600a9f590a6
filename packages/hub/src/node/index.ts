// What needs Node: files on disk, and the environment's defaults.
export { HubError, type HubFailure } from '../hub-error.ts';
export { fileInfo, type ListFilesOptions, listFiles } from './ask.ts';
export { type DownloadFileOptions, downloadFile } from './download-file.ts';
export { type DownloadSnapshotOptions, downloadSnapshot, snapshot } from './download-snapshot.ts';
export { etagInCache } from './etag-in-cache.ts';
export { type HubOptions, hubCacheDir, type Progress } from './settings.ts';
