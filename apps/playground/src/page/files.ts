// Files between the visitor's machine and the page: chosen, dropped (folders too), saved.

/** What was chosen in an input of files or of a folder. */
export async function chosenFiles(list: FileList | null): Promise<Map<string, Uint8Array>> {
  return contents([...(list ?? [])]);
}

/** What was dropped; of folders, all that is in them. */
export async function droppedFiles({ items }: DataTransfer): Promise<Map<string, Uint8Array>> {
  // The entries are gone once this turn of the event loop is over.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = await Promise.all(entries.map(filesOf));
  return contents(files.flat());
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  // A reader gives a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map(filesOf))).flat();
}

/** @throws Error naming the file that cannot be read, or the name that two have */
async function contents(files: readonly File[]): Promise<Map<string, Uint8Array>> {
  const all = new Map<string, Uint8Array>();
  for (const file of files) {
    if (all.has(file.name)) throw new Error(`there are two files called ${file.name}; want those of one model`);
    try {
      all.set(file.name, new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      throw new Error(`${file.name} cannot be read: ${(error as Error).message}`, { cause: error });
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
