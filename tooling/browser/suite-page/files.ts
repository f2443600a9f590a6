// Stands in for node:fs and node:url in a page, for the reference files that suites read: fetched before the suites run, from
// where suite-page.ts serves them.

/** Files by their names; the folder is the same for all. */
const files = new Map<string, FileBytes>();

/** As much of Node's Buffer as the readers of reference files use. */
class FileBytes extends Uint8Array<ArrayBuffer> {
  readBigUInt64LE(offset: number): bigint {
    return new DataView(this.buffer, this.byteOffset).getBigUint64(offset, true);
  }
  override toString(_encoding?: string, start = 0, end = this.length): string {
    return new TextDecoder().decode(new Uint8Array(this.buffer, this.byteOffset + start, end - start));
  }
}

/** Fetches the reference files, where there are any. */
export async function fetchFiles(): Promise<void> {
  const names = (await (await fetch('/golden/')).json()) as string[];
  for (const name of names) {
    files.set(name, new FileBytes(await (await fetch(`/golden/${name}`)).arrayBuffer()));
  }
}

/** The file's own name: the build puts a hash into those that it knows. */
function nameOf(path: URL | string): string {
  const name = String(path).split('/').at(-1)!;
  return files.has(name) ? name : name.replace(/-[\w-]{8}(?=\.\w+$)/, '');
}

export const existsSync = (path: URL | string): boolean =>
  files.has(nameOf(path)) || (files.size > 0 && nameOf(path) === 'golden');

export const readdirSync = (_path: URL | string): string[] => [...files.keys()];

export function readFileSync(path: URL | string): FileBytes {
  const bytes = files.get(nameOf(path));
  if (!bytes) throw new Error(`the page has no file ${path}`);
  return bytes;
}

export const fileURLToPath = (url: URL | string): string => new URL(url, location.href).pathname;
