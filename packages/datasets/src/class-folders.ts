// Examples sorted into folders, one a class, as torchvision's ImageFolder and Speech Commands have them.

export interface ClassFolders {
  /** of the files that belong to a class, in order */
  readonly names: readonly string[];
  /** int32, one a name */
  readonly labels: Int32Array;
  /** the folders' names, sorted */
  readonly classes: readonly string[];
}

/**
 * A file's class is the first folder of its path. A single folder round all the others is passed over, as archives have one.
 *
 * @param names paths with `/`, relative to the data set
 * @param where what errors call the data set
 * @param classes those that there may be, in the order of their labels. Default: the folders there are
 * @throws Error when no file is in a folder, or one is in a folder that is no class
 */
export function classFolders(names: readonly string[], where: string, classes?: readonly string[]): ClassFolders {
  const root = commonRoot(names);
  const inFolders = names.filter((name) => name.indexOf('/', root.length) >= 0);
  if (inFolders.length === 0) {
    throw new Error(`${where}: ${names.length} files, none of them in a folder; want a folder for each class`);
  }
  const folderOf = (name: string) => name.slice(root.length, name.indexOf('/', root.length));
  const found = [...new Set(inFolders.map(folderOf))].sort();
  const all = classes ?? found;
  const stranger = found.find((folder) => !all.includes(folder));
  if (stranger !== undefined) {
    throw new Error(`${where}: the folder ${stranger} is none of the ${all.length} classes (${shortened(all)})`);
  }
  const numbers = new Map(all.map((name, label) => [name, label]));
  return {
    names: inFolders,
    labels: Int32Array.from(inFolders, (name) => numbers.get(folderOf(name))!),
    classes: all,
  };
}

/** `train/` where every file is in some folder within `train`, else nothing. */
export function commonRoot(names: readonly string[]): string {
  const cut = names[0]?.indexOf('/') ?? -1;
  const root = cut < 0 ? '' : names[0]!.slice(0, cut + 1);
  if (root === '' || !names.every((name) => name.startsWith(root) && name.indexOf('/', root.length) >= 0)) return '';
  return root;
}

function shortened(names: readonly string[]): string {
  return names.length <= 12 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and so on`;
}
