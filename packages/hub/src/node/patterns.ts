// Which of a repository's files are meant.
import picomatch from 'picomatch';
import { HubError } from '../hub-error.ts';
import type { Listing } from '../list-files.ts';
import { describeTarget, type Target } from '../repo.ts';

/** Whether a path is meant by patterns such as `*.json` and `data/**`, or is one of them itself; all are without any. */
export function matcher(patterns: readonly string[] | undefined): (path: string) => boolean {
  if (!patterns) return () => true;
  // Thousands of files may be named one by one.
  const named = new Set(patterns);
  const isMatch = picomatch(
    patterns.filter((pattern) => pattern.startsWith('.') || /[^\w/. -]/.test(pattern)),
    { dot: true },
  );
  return (path) => named.has(path) || isMatch(path);
}

/** The files that are meant. @throws HubError of the kind `not-found` when none is */
export function pick(listing: Listing, patterns: readonly string[] | undefined, target: Target): Listing {
  const isMeant = matcher(patterns);
  const files = listing.files.filter(({ path }) => isMeant(path));
  if (files.length > 0) return { ...listing, files };
  const paths = listing.files.map(({ path }) => path);
  if (!patterns) throw new HubError('not-found', `${describeTarget(target)} has no files`);
  const wanted = few(patterns.map((pattern) => JSON.stringify(pattern)));
  throw new HubError(
    'not-found',
    `${describeTarget(target)}: no file matches ${wanted}; it has ${few(paths) || 'none'}`,
  );
}

function few(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ');
}
