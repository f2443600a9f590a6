// Reading JSON that others wrote: each look names where it is and what was wanted.

export type Json = { readonly [key: string]: unknown };

function shown(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value) ?? 'missing';
}

/** @throws Error unless it is an object */
export function asObject(where: string, value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where} is ${shown(value)}; want an object`);
  return value as Json;
}

/** @throws Error unless it is an array */
export function asArray(where: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${where} is ${shown(value)}; want an array`);
  return value;
}

/** @throws Error unless it is a string */
export function asString(where: string, value: unknown): string {
  if (typeof value !== 'string') throw new Error(`${where} is ${shown(value)}; want a string`);
  return value;
}

/** `fallback` where there is nothing. @throws Error unless it is a boolean, null or missing */
export function asBoolean(where: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'boolean') throw new Error(`${where} is ${shown(value)}; want true or false`);
  return value;
}

/** @throws Error unless it is an integer from 0 on */
export function asCount(where: string, value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0)
    throw new Error(`${where} is ${shown(value)}; want an integer from 0 on`);
  return value as number;
}

/** @throws Error saying what is not JSON */
export function parseJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${where}: not JSON: ${(error as Error).message}`, { cause: error });
  }
}
