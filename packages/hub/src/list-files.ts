// The files of a repository, by @huggingface/hub, which knows the hub's API and its pages; asking, waiting and failing is ours.
import { HubError } from './hub-error.ts';
import { checkPath, checkTarget, describeTarget, isCommit, type RepoRef, type Target } from './repo.ts';
import { type Network, type NetworkOptions, networkOf, request } from './request.ts';

export interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** As {@link FileInfo.etag}. */
  readonly etag: string;
}

export interface Listing {
  /** The commit that the revision means now. */
  readonly commit: string;
  /** In the hub's order, which is by path. */
  readonly files: readonly HubFile[];
}

/** @throws HubError when there is no such repository or revision, it is not ours to see, or the hub does not answer */
export function listFiles(options: RepoRef & NetworkOptions): Promise<Listing> {
  return listingOf(checkTarget(options), networkOf(options));
}

/** {@link listFiles} of checked options. */
export async function listingOf(target: Target, net: Network): Promise<Listing> {
  const hub = await import('@huggingface/hub');
  const { repo, type } = target;
  const asking: typeof fetch = (input, init) => request(String(input), init ?? {}, target, net);
  const common = { hubUrl: net.endpoint, fetch: asking };
  const about = { name: repo, revision: target.revision, additionalFields: ['sha' as const], ...common };
  try {
    const commit = isCommit(target.revision)
      ? target.revision
      : (await (type === 'model' ? hub.modelInfo(about) : hub.datasetInfo(about))).sha;
    const files: HubFile[] = [];
    const place = { repo: { type, name: repo } as const, revision: commit, recursive: true };
    for await (const { type: kind, path, size, oid, lfs } of hub.listFiles({ ...place, ...common })) {
      if (kind !== 'file') continue;
      checkPath(path);
      const etag = lfs?.oid ?? oid;
      if (!etag) throw new HubError('protocol', `${describeTarget({ ...target, path })}: the hub says no checksum`);
      files.push({ path, size: lfs?.size ?? size, etag });
    }
    return { commit, files };
  } catch (error) {
    if (error instanceof SyntaxError) {
      const message = `${describeTarget(target)}: ${net.endpoint} does not answer as a Hugging Face hub`;
      throw new HubError('protocol', message, { cause: error });
    }
    throw error;
  }
}
