// What needs Node's own modules: files on disk.
export { type DownloadFileOptions, downloadFile } from './download-file.ts';
export { type DownloadSnapshotOptions, downloadSnapshot, snapshot } from './download-snapshot.ts';
export { type HubOptions, hubCacheDir, type Progress } from './settings.ts';
