// Checks what both ways to learn a vocabulary are given.

/** @throws Error unless it is an integer from `least` on */
export function wholeNumber(what: string, name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least)
    throw new Error(`${what}: ${name} is ${value}; want an integer of at least ${least}`);
  return value;
}

/** @throws Error unless they are distinct, not empty */
export function distinctTokens(what: string, tokens: readonly string[]): readonly string[] {
  tokens.forEach((token, index) => {
    if (typeof token !== 'string' || token === '' || tokens.indexOf(token) !== index)
      throw new Error(`${what}: special[${index}] is ${JSON.stringify(token)}; want distinct texts that are not empty`);
  });
  return tokens;
}
