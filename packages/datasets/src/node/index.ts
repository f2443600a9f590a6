// What needs Node's own modules.
export { readTextFile } from './text-file.ts';
export { invalidUtf8Offset } from './utf8.ts';
