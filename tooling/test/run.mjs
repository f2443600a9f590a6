// What `npm test` runs: every check of the workspace, then every test, and one closing line that counts both.
// With CI=true a missing part of the system (Chromium, Python) fails the test that wants it; elsewhere the test is skipped
// and says why.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const bin = (name) => (name.includes('/') ? join(root, name) : join(root, 'node_modules/.bin', name));
const checks = {
  'lint and format (biome)': ['biome', 'check', '.'],
  'types (tsc)': ['tsc', '-p', 'tsconfig.json'],
  'components (svelte-check)': [
    'apps/playground/node_modules/.bin/svelte-check',
    '--tsconfig',
    './tsconfig.json',
    '--workspace',
    'apps/playground',
    '--fail-on-warnings',
    '--output',
    'human',
  ],
  'imports point down only (dependency-cruiser)': [
    'depcruise',
    '--config',
    'tooling/layers.config.cjs',
    'packages',
    'apps',
  ],
  'every package builds (tsc)': ['turbo', 'run', 'build', '--output-logs=errors-only'],
};

const run = (command, args) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;

const failures = [];
for (const [name, [tool, ...args]] of Object.entries(checks)) {
  console.log(`\n▸ ${name}`);
  if (!run(bin(tool), args)) failures.push(name);
}

console.log('\n▸ tests (vitest)');
const folder = mkdtempSync(join(tmpdir(), 'orchid-tests-'));
const report = join(folder, 'report.json');
const green = run(bin('vitest'), [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);
let counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
try {
  counts = JSON.parse(readFileSync(report, 'utf8'));
} catch (error) {
  failures.push(`vitest left no report (${error.message})`);
}
rmSync(folder, { recursive: true, force: true });
// A file that cannot even be loaded fails the run without failing a test of its own.
if (!green && counts.numFailedTests === 0) failures.push('vitest');

for (const name of failures) console.error(`failed: ${name}`);
const passed = counts.numPassedTests + Object.keys(checks).length - failures.filter((name) => name in checks).length;
const failed = counts.numFailedTests + failures.length;
const skipped = counts.numPendingTests + counts.numTodoTests;
console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);
