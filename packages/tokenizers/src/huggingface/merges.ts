// Merges of a BPE vocabulary, as merges.txt and both forms of tokenizer.json write them.

/** @param where names the list in errors @throws Error naming the merge that is none */
export function readMerges(where: string, merges: readonly unknown[]): [string, string][] {
  return merges.map((merge, index) => {
    const parts = typeof merge === 'string' ? merge.split(' ') : merge;
    const ok =
      Array.isArray(parts) && parts.length === 2 && parts.every((part) => typeof part === 'string' && part.length > 0);
    if (!ok)
      throw new Error(`${where}[${index}] is ${JSON.stringify(merge)}; want two tokens with one blank between them`);
    return [parts[0], parts[1]];
  });
}

/** The merges of a merges.txt: one a line, a first line `#version` is a comment. @throws Error naming the line that is none */
export function parseMergesText(text: string): [string, string][] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const first = lines[0]?.startsWith('#version') ? 1 : 0;
  return lines.slice(first).map((line, index) => {
    const parts = line.split(' ');
    if (parts.length !== 2 || parts.some((part) => part === ''))
      throw new Error(
        `merges.txt line ${first + index + 1} is ${JSON.stringify(line)}; want two tokens with one blank between them`,
      );
    return [parts[0]!, parts[1]!];
  });
}
