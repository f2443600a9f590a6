// Which of a repository's files are meant.
import picomatch from 'picomatch';
import { HubError } from '../hub-error.ts';
import type { Listing } from '../list-files.ts';
import { describeTarget, type Target } from '../repo.ts';

/** Whether a path is meant by patterns such as `*.json` and `data/**`; all are without any. */
export function matcher(patterns: readonly string[] | undefined): (path: string) => boolean {
  return patterns ? picomatch([...patterns], { dot: true }) : () => true;
}

/** The files that are meant. @throws HubError of the kind `not-found` when none is */
export function pick(listing: Listing, patterns: readonly string[] | undefined, target: Target): Listing {
  const files = listing.files.filter(({ path }) => matcher(patterns)(path));
  if (files.length > 0) return { ...listing, files };
  const paths = listing.files.map(({ path }) => path);
  if (!patterns) throw new HubError('not-found', `${describeTarget(target)} has no files`);
  const wanted = patterns.map((pattern) => JSON.stringify(pattern)).join(', ');
  const there = paths.length > 8 ? `${paths.slice(0, 8).join(', ')} and ${paths.length - 8} more` : paths.join(', ');
  throw new HubError('not-found', `${describeTarget(target)}: no file matches ${wanted}; it has ${there || 'none'}`);
}
