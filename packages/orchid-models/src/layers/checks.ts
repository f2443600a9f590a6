// Argument checks that several layers share.

/** @returns `value` if it is a positive integer. @throws Error naming `what` otherwise */
export function checkCount(what: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${what} is ${value}; want a positive integer`);
  return value;
}
