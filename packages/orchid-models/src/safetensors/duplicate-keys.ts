// Lists the keys of a JSON object's top level, repeats included, which JSON.parse hides.

/** Keys of the top level of `text`, in order. `text` must be valid JSON whose outermost value is an object. */
export function scanTopLevelKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') {
      const start = i++;
      while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      // Escapes can spell one name in two ways, so names are compared unescaped.
      if (depth === 1 && expectKey) keys.push(JSON.parse(text.slice(start, i + 1)) as string);
      expectKey = false;
    } else if (c === '{' || c === '[') {
      depth++;
      expectKey = c === '{';
    } else if (c === '}' || c === ']') {
      depth--;
    } else if (c === ',') {
      expectKey = true;
    }
  }
  return keys;
}
