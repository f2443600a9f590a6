// Checks of inputs that may come from anywhere, a request's JSON for one: what they say names the field.
import { InputError } from './input-error.ts';

/** Words of a message keep to so many characters, whatever they quote. */
const longest = 60;
export const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest - 3)}...` : text);

/** How a value that does not fit is shown. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (ArrayBuffer.isView(value)) return value.constructor.name;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return cut(text);
}

/** @throws InputError unless the input is an object */
export function checkObject(field: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new InputError(field, `${field} is ${value === null ? 'null' : shown(value)}; want an object`);
  }
}

/** @throws InputError unless it is a string */
export function checkText(field: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new InputError(field, `${field} is ${value === null ? 'null' : shown(value)}; want a text`);
}

/** @throws InputError unless it is an integer of at least 1 */
export function checkCount(field: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw new InputError(field, `${field} is ${value === null ? 'null' : shown(value)}; want an integer of at least 1`);
}

/** The option `top`. */
export function checkTop(top: unknown = 5): number {
  return checkCount('top', top);
}
