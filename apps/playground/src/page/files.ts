// Files between the visitor's machine and the page: chosen, dropped (folders too), saved.
import { byName, isOfUse } from '../shared/folder.ts';

/** A file, and its path in the folder that was chosen or dropped; of a file by itself its name. */
type Found = readonly [path: string, file: File];

/** What was chosen in an input of files or of a folder. */
export async function chosenFiles(list: FileList | null): Promise<Map<string, Uint8Array>> {
  return contents([...(list ?? [])].map((file) => [file.webkitRelativePath || file.name, file]));
}

/** What was dropped; of folders, what of them is of use. */
export async function droppedFiles({ items }: DataTransfer): Promise<Map<string, Uint8Array>> {
  // The entries are gone once this turn of the event loop is over.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = await Promise.all(entries.map((entry) => filesOf(entry, entry.name)));
  return contents(files.flat());
}

async function filesOf(entry: FileSystemEntry, path: string): Promise<Found[]> {
  if (entry.isFile) {
    return [[path, await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))]];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  // A reader gives a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map((one) => filesOf(one, `${path}/${one.name}`)))).flat();
}

/** @throws Error naming the file that cannot be read, or the name that two have */
async function contents(files: readonly Found[]): Promise<Map<string, Uint8Array>> {
  // A file that was chosen by itself is meant, whatever it is. The folder's own name says nothing.
  const meant = files.filter(([path]) => !path.includes('/') || isOfUse(path.slice(path.indexOf('/') + 1)));
  if (files.length > 0 && meant.length === 0) {
    throw new Error(`there is no model among the ${files.length} files of the folder (config.json, model.safetensors)`);
  }
  const all = new Map<string, Uint8Array>();
  for (const [name, file] of byName(meant)) {
    try {
      all.set(name, new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      throw new Error(`${name} cannot be read: ${(error as Error).message}`, { cause: error });
    }
  }
  return all;
}

/** Hands bytes to the visitor as a download. */
export function saveFile(name: string, content: Uint8Array | string): void {
  const address = URL.createObjectURL(new Blob([content as BlobPart]));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
