// The page that runs test files as vitest would.
import { files } from 'suite';
import { fetchFiles } from './files.ts';
import { collectAndRun, type TestResult } from './vitest.ts';

/** Runs the tests of a file whose titles contain `part`, and one of `only` if there are some. */
async function runFile(file: string, part: string, only: readonly string[]): Promise<TestResult[]> {
  const load = files[file];
  if (!load) throw new Error(`the page has no file '${file}'`);
  await fetchFiles();
  return collectAndRun(
    load,
    (name) => name.includes(part) && (only.length === 0 || only.some((title) => name.includes(title))),
  );
}

Object.assign(globalThis, { runFile });
