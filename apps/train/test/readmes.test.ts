// The first example in the README of each package that the command stands on runs as it is printed there.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { testFolder } from './run-orchid.ts';

const folder = testFolder();
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;

it.each([
  ['tokenizers', /^12 to \[MASK\]e$/m],
  ['datasets', /^\. 2 11 4 9 0 9 0 9 5 11 => 0 9\n12\n\d+ \{/m],
  ['orchid-models', /^76260 parameters\n\[ 1, 4, 100 \]\n32$/m],
  ['pipelines', /^ACGT[ACGTN]CGT\nTTA[ACGTN]TTAA\n64 numbers\n$/],
  ['trainers', /^held out \{ loss: [\d.]+, accuracy: 0\.[45]\d* \}\n$/m],
])('%s', (name, printed) => {
  const home = fileURLToPath(new URL(`../../../packages/${name}`, import.meta.url));
  const [, example] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(home, 'README.md'), 'utf8')) ?? [];
  // In the package, so that its name and those of its dependencies are found; what it writes goes to the test's folder.
  mkdirSync(join(home, 'src/generated'), { recursive: true });
  const file = join(home, 'src/generated/readme-example.mjs');
  writeFileSync(file, example!);
  writeFileSync(join(folder, 'input.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(200));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', tsx, file], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(printed);
  expect(status).toBe(0);
});
