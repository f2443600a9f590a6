// Tokens and their ids, in both directions, checked once.
import { checkId } from './checks.ts';

export class Vocabulary {
  readonly idOf: ReadonlyMap<string, number>;
  /** One more than the largest id; ids that no token has may lie between. */
  readonly size: number;
  readonly #tokens: (string | undefined)[];

  /** @throws Error unless the ids are distinct integers from 0 on, and there is at least one */
  constructor(what: string, entries: Iterable<readonly [string, unknown]>) {
    const ids = new Map<string, number>();
    const tokens: (string | undefined)[] = [];
    for (const [token, id] of entries) {
      if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= 2 ** 26)
        throw new Error(
          `${what}: the id of ${JSON.stringify(token)} is ${JSON.stringify(id)}; want an integer from 0 on`,
        );
      const other = tokens[id as number];
      if (other !== undefined && other !== token) {
        const both = `${JSON.stringify(other)} and ${JSON.stringify(token)}`;
        throw new Error(`${what}: ${both} both have the id ${id}`);
      }
      const earlier = ids.get(token);
      if (earlier !== undefined && earlier !== id)
        throw new Error(`${what}: ${JSON.stringify(token)} has the ids ${earlier} and ${id}`);
      ids.set(token, id as number);
      tokens[id as number] = token;
    }
    if (ids.size === 0) throw new Error(`${what}: it is empty; want at least one token`);
    this.idOf = ids;
    this.size = tokens.length;
    this.#tokens = tokens;
  }

  /**
   * @param what names the caller in errors
   * @param index which of a caller's ids it is
   * @throws Error when no token has the id
   */
  token(what: string, id: number, index: number): string {
    checkId(what, id, index, this.size);
    const token = this.#tokens[id];
    if (token === undefined) throw new Error(`${what}: ids[${index}] is ${id}, which no token of the vocabulary has`);
    return token;
  }

  /** Ids and tokens in the order of ids. */
  *entries(): Generator<[number, string]> {
    for (let id = 0; id < this.#tokens.length; id++) {
      const token = this.#tokens[id];
      if (token !== undefined) yield [id, token];
    }
  }
}
