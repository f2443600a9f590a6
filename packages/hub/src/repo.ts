// How repositories, revisions and files are named, and where the hub has them.

export const HUB_ENDPOINT = 'https://huggingface.co';

export type RepoType = 'model' | 'dataset';

export interface RepoRef {
  /** `owner/name`, or `name` for the few that have no owner. */
  readonly repo: string;
  /** Default `model`. */
  readonly type?: RepoType;
  /** A branch, a tag or a commit. Default `main`. */
  readonly revision?: string;
}

/** A repository with all its defaults, and perhaps one of its files. */
export interface Target {
  readonly repo: string;
  readonly type: RepoType;
  readonly revision: string;
  readonly path?: string;
}

const NAME = /^(?:[\w-][\w.-]*\/)?[\w-][\w.-]*$/;
const COMMIT = /^[0-9a-f]{40}$/;

/** Whether a revision is a whole commit id, which never comes to mean another one. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** Whether a text has the form of a repository's id, as opposed to a path such as `./model` or `/data/model`. */
export function isRepoId(text: string): boolean {
  return NAME.test(text) && !text.includes('..') && !text.includes('--');
}

/** @throws Error naming what does not fit: `repo`, `type`, `revision` or `path` */
export function checkTarget({ repo, type = 'model', revision = 'main' }: RepoRef, path?: string): Target {
  if (typeof repo !== 'string' || !isRepoId(repo)) {
    throw new Error(`hub: repo is ${JSON.stringify(repo)}; want owner/name, as in "bert-base-uncased" or "allenai/c4"`);
  }
  if (type !== 'model' && type !== 'dataset') {
    throw new Error(`hub: type is ${JSON.stringify(type)}; want "model" or "dataset"`);
  }
  if (typeof revision !== 'string' || revision === '' || hasDots(revision)) {
    throw new Error(`hub: revision is ${JSON.stringify(revision)}; want a branch, a tag or a commit`);
  }
  if (path === undefined) return { repo, type, revision };
  checkPath(path);
  return { repo, type, revision, path };
}

/**
 * A file's name comes from the repository, and is joined to a folder of ours.
 *
 * @throws Error when it would lead out of that folder, on this or another operating system
 */
export function checkPath(path: string): void {
  const parts = typeof path === 'string' ? path.split(/[/\\]/) : [];
  const isSafe =
    parts.length > 0 && !hasDots(path) && !parts.includes('') && !path.includes('\\') && !/^[A-Za-z]:/.test(path);
  if (!isSafe) throw new Error(`hub: path is ${JSON.stringify(path)}; want a file's path inside the repository`);
}

function hasDots(text: string): boolean {
  return text.split(/[/\\]/).some((part) => part === '..' || part === '.');
}

/** Where the hub serves a file's bytes. */
export function resolveUrl(endpoint: string, { repo, type, revision, path = '' }: Target): string {
  const prefix = type === 'model' ? '' : `${type}s/`;
  const file = path.split('/').map(encodeURIComponent).join('/');
  return `${endpoint}/${prefix}${repo}/resolve/${encodeURIComponent(revision)}/${file}`;
}

/** In words, for messages. */
export function describeTarget({ repo, type, revision, path }: Target): string {
  const where = `${type === 'dataset' ? 'data set' : type} ${repo} at revision ${revision}`;
  return path === undefined ? where : `"${path}" of ${where}`;
}
