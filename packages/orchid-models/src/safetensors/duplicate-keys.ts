// Finds a key that one JSON object has twice, which JSON.parse hides: it keeps the last value without a word.

/** The first key that an object in `text` repeats, at any depth, or undefined. `text` must be valid JSON. */
export function duplicateKey(text: string): string | undefined {
  /** for each open bracket the keys seen in it, or null for a list */
  const open: (Set<string> | null)[] = [];
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') {
      const start = i++;
      while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      const keys = open.at(-1);
      if (expectKey && keys) {
        // Escapes can spell one name in two ways, so names are compared unescaped.
        const key = JSON.parse(text.slice(start, i + 1)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      expectKey = false;
    } else if (c === '{' || c === '[') {
      open.push(c === '{' ? new Set() : null);
      expectKey = c === '{';
    } else if (c === '}' || c === ']') {
      open.pop();
    } else if (c === ',') {
      expectKey = true;
    }
  }
  return undefined;
}
