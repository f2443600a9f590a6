// What the hub says of a file before its bytes: the commit, the checksum, the size.
import { HubError } from './hub-error.ts';
import { checkTarget, describeTarget, isCommit, type RepoRef, resolveUrl, type Target } from './repo.ts';
import { type Network, type NetworkOptions, networkOf, request } from './request.ts';

export interface FileInfo {
  /** The commit that the revision means now. */
  readonly commit: string;
  /** SHA-256 (64 hex digits) of a file in large-file storage, git's SHA-1 (40) of another; what else a mirror may say. */
  readonly etag: string;
  /** Bytes; undefined when the hub does not say. */
  readonly size: number | undefined;
}

export interface FileRef extends RepoRef {
  /** Inside the repository. */
  readonly path: string;
}

/** @throws HubError when the hub has no such file, does not let us have it, or does not answer */
export function fileInfo(options: FileRef & NetworkOptions): Promise<FileInfo> {
  return infoOf(checkTarget(options, options.path), networkOf(options));
}

/** {@link fileInfo} of checked options. */
export async function infoOf(target: Target, net: Network): Promise<FileInfo> {
  let url = resolveUrl(net.endpoint, target);
  const home = new URL(url).origin;
  const said = new Map<string, string>();
  // The hub moves within itself (a repository that was renamed), and then away, to where the bytes are: from there on
  // nobody knows of commits and checksums.
  for (let hops = 0; ; hops++) {
    const init: RequestInit = { method: 'HEAD', redirect: 'manual', headers: { 'accept-encoding': 'identity' } };
    const response = await request(url, init, target, net);
    for (const [name, value] of response.headers) if (!said.has(name)) said.set(name, value);
    const location = response.headers.get('location');
    if (response.ok || !location) {
      said.set('content-length', response.headers.get('content-length') ?? '');
      break;
    }
    const next = new URL(location, url);
    if (next.origin !== home) {
      said.delete('content-length');
      break;
    }
    if (hops === 10) throw new HubError('protocol', `${describeTarget(target)}: more than ten redirects`);
    url = next.href;
  }
  const commit = said.get('x-repo-commit') ?? (isCommit(target.revision) ? target.revision : undefined);
  const etag = plainEtag(said.get('x-linked-etag') ?? said.get('etag'));
  if (!commit || !isCommit(commit) || !etag) {
    const missing = etag ? 'X-Repo-Commit' : 'ETag';
    throw new HubError(
      'protocol',
      `${describeTarget(target)}: ${net.endpoint} says no ${missing}; is it a Hugging Face hub?`,
    );
  }
  const size = Number(said.get('x-linked-size') || said.get('content-length') || Number.NaN);
  return { commit, etag, size: Number.isSafeInteger(size) && size >= 0 ? size : undefined };
}

/** Without quotes and weakness; undefined for what cannot be a file's name. */
function plainEtag(etag: string | undefined): string | undefined {
  const plain = etag?.replace(/^W\//, '').replace(/"/g, '');
  return plain && /^[\w.-]+$/.test(plain) && !plain.startsWith('.') ? plain : undefined;
}
