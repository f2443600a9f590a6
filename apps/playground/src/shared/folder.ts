// What of a folder or an archive is a model's: folders of the hub also hold weights for other programs, and what versions and
// systems keep hidden.

/** The kinds of files that models come in here, and sounds. */
const KINDS = ['.json', '.txt', '.safetensors', '.zip', '.wav'];

/** Whether a file within a folder is worth reading, by its path there. */
export function isOfUse(path: string): boolean {
  const parts = path.split('/');
  if (parts.some((part) => part.startsWith('.') || part === '__MACOSX')) return false;
  return KINDS.some((kind) => path.toLowerCase().endsWith(kind));
}

/**
 * Files by their names without folders. Of several with one name the one that lies nearest to the top is meant: folders within a
 * model's folder hold the same model for something else.
 *
 * @throws Error naming the file that there are two of, as near
 */
export function byName<T>(files: Iterable<readonly [path: string, file: T]>): Map<string, T> {
  const found = new Map<string, { readonly depth: number; readonly file: T; readonly twice: boolean }>();
  for (const [path, file] of files) {
    const parts = path.split('/');
    const name = parts.at(-1)!;
    const depth = parts.length;
    const before = found.get(name);
    if (before && before.depth < depth) continue;
    found.set(name, { depth, file, twice: before?.depth === depth });
  }
  return new Map(
    [...found].map(([name, { file, twice }]) => {
      if (twice) throw new Error(`there are two files called ${name}; want those of one model`);
      return [name, file];
    }),
  );
}
