// Questions to the hub that the environment has a say in: which hub, by which token, or none at all.
import { type FileInfo, type FileRef, infoOf } from '../file-info.ts';
import { HubError } from '../hub-error.ts';
import { type Listing, listingOf } from '../list-files.ts';
import { checkTarget, describeTarget, type RepoRef, type Target } from '../repo.ts';
import { pick } from './patterns.ts';
import { type HubOptions, type Settings, settingsOf } from './settings.ts';

export interface ListFilesOptions extends RepoRef, HubOptions {
  /** Which files: paths and patterns, as of `downloadSnapshot`. Default: all. */
  readonly files?: readonly string[];
}

/**
 * As `listFiles` of the main entry.
 *
 * @throws HubError also when no file matches, and of the kind `offline` when nobody is to be asked
 */
export async function listFiles(options: ListFilesOptions): Promise<Listing> {
  const target = checkTarget(options);
  return pick(await listingOf(target, online(target, settingsOf(options)).net), options.files, target);
}

/** As `fileInfo` of the main entry. @throws HubError of the kind `offline` also, when nobody is to be asked */
export async function fileInfo(options: FileRef & HubOptions): Promise<FileInfo> {
  const target = checkTarget(options, options.path);
  return infoOf(target, online(target, settingsOf(options)).net);
}

function online(target: Target, settings: Settings): Settings {
  if (!settings.offline) return settings;
  const message = `${describeTarget(target)}: the hub is not to be asked (HF_HUB_OFFLINE)`;
  throw new HubError('offline', message);
}
