// Stands in for vitest in a page: as much of it as collects and runs this workspace's suites, with vitest's own `expect`.
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';

type Work = (...args: never[]) => unknown;
type Hook = () => unknown;

interface Test {
  readonly name: string;
  readonly run: Hook;
  readonly skipped: boolean;
}

class Suite {
  readonly entries: (Suite | Test)[] = [];
  readonly hooks = {
    beforeAll: [] as Hook[],
    beforeEach: [] as Hook[],
    afterEach: [] as Hook[],
    afterAll: [] as Hook[],
  };
  readonly name: string;
  readonly skipped: boolean;
  constructor(name: string, skipped: boolean) {
    this.name = name;
    this.skipped = skipped;
  }
}

export interface TestResult {
  /** titles from the outermost suite to the test */
  readonly name: string;
  /** what went wrong; null when the test passed, undefined when it was skipped */
  readonly error: string | null | undefined;
}

let current = new Suite('', false);

/** Collects what `load` declares and runs what `wants` says, in order. */
export async function collectAndRun(
  load: () => Promise<unknown>,
  wants: (name: string) => boolean,
): Promise<TestResult[]> {
  const root = new Suite('', false);
  current = root;
  await load();
  const results: TestResult[] = [];
  await runSuite(root, [], [], false, wants, results);
  return results;
}

async function runSuite(
  suite: Suite,
  names: readonly string[],
  outer: readonly Suite[],
  skipped: boolean,
  wants: (name: string) => boolean,
  results: TestResult[],
): Promise<void> {
  const chain = [...outer, suite];
  const isSkipped = skipped || suite.skipped;
  const titleOf = (entry: Suite | Test): string => [...names, entry.name].join(' > ');
  const hasWork = (entry: Suite | Test, path: string): boolean =>
    entry instanceof Suite ? entry.entries.some((inner) => hasWork(inner, `${path} > ${inner.name}`)) : wants(path);
  let failure: string | undefined;
  const begin = async (): Promise<void> => {
    for (const hook of suite.hooks.beforeAll) failure ??= (await failureOf(hook)) ?? undefined;
  };
  let hasBegun = false;
  for (const entry of suite.entries) {
    if (!hasWork(entry, titleOf(entry))) continue;
    if (!hasBegun && !isSkipped) await begin();
    hasBegun = true;
    if (entry instanceof Suite) {
      await runSuite(entry, [...names, entry.name], chain, isSkipped, wants, results);
    } else if (isSkipped || entry.skipped) {
      results.push({ name: titleOf(entry), error: undefined });
    } else {
      results.push({ name: titleOf(entry), error: failure ?? (await runTest(entry, chain)) });
    }
  }
  if (hasBegun && !isSkipped) {
    for (const hook of suite.hooks.afterAll) {
      const error = await failureOf(hook);
      if (error !== null) results.push({ name: [...names, 'afterAll'].join(' > '), error });
    }
  }
}

async function runTest(test: Test, chain: readonly Suite[]): Promise<string | null> {
  let error: string | null = null;
  for (const hook of chain.flatMap((suite) => suite.hooks.beforeEach)) error ??= await failureOf(hook);
  error ??= await failureOf(test.run);
  for (const hook of chain.flatMap((suite) => suite.hooks.afterEach)) error ??= await failureOf(hook);
  return error;
}

async function failureOf(work: Hook): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A title with its `%s`, `$name` and the like filled in. */
function titled(title: string, row: unknown): string {
  const rest = Array.isArray(row) ? [...row] : [row];
  const words = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return title
    .replace(/%[sdifjo]/g, () => words(rest.shift()))
    .replace(/\$(\w+)/g, (whole, key: string) => words((row as Record<string, unknown> | null)?.[key] ?? whole));
}

/** What follows a title: options or none, the function, a time limit or none. Here the limit is the page's own. */
type Rest = readonly (Work | object | number | undefined)[];

const workOf = (rest: Rest): Work | undefined => rest.find((value): value is Work => typeof value === 'function');

/** `declare` with `each`, `skip`, `runIf` and `skipIf`. */
function variants(declare: (name: string, work: Work | undefined, skipped: boolean, args: unknown[]) => void) {
  const make = (skipped: boolean) =>
    Object.assign((name: string, ...rest: Rest) => declare(name, workOf(rest), skipped, []), {
      each:
        (rows: readonly unknown[]) =>
        (name: string, ...rest: Rest) => {
          for (const row of rows) declare(titled(name, row), workOf(rest), skipped, Array.isArray(row) ? row : [row]);
        },
    });
  const plain = make(false);
  return Object.assign(plain, {
    skip: make(true),
    skipIf: (condition: unknown) => make(Boolean(condition)),
    runIf: (condition: unknown) => make(!condition),
  });
}

export const describe = variants((name, work, skipped, args) => {
  const outer = current;
  const suite = new Suite(name, skipped);
  outer.entries.push(suite);
  current = suite;
  try {
    work?.(...(args as never[]));
  } finally {
    current = outer;
  }
});

export const it = variants((name, work, skipped, args) => {
  current.entries.push({ name, skipped, run: () => work?.(...(args as never[])) });
});
export const test = it;

export const beforeAll = (hook: Hook): void => void current.hooks.beforeAll.push(hook);
export const beforeEach = (hook: Hook): void => void current.hooks.beforeEach.push(hook);
export const afterEach = (hook: Hook): void => void current.hooks.afterEach.push(hook);
export const afterAll = (hook: Hook): void => void current.hooks.afterAll.push(hook);

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
const globals = globalThis as unknown as Record<PropertyKey, object>;
export const expect = Object.assign(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
  globals[ASYMMETRIC_MATCHERS_OBJECT as unknown as string],
);
setState({ assertionCalls: 0 }, expect as never);
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, configurable: true });
