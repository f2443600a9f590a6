// What `npm start`, `npm run playground` and `npm test` run on a machine that has nothing but Node and npm: fetch the pinned
// pnpm, install (which also makes the generated files: `prepare` in package.json), then do the job. Only Node's own modules
// are used here, since nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const jobs = {
  // On the CPU engine that every machine has; what follows `npm start --` may say otherwise.
  start: ['apps/train/bin/orchid.mjs', 'train', 'recall', '--backend', 'wasm'],
  playground: ['--filter', '@orchid-ml/playground', 'run', 'dev'],
  test: ['tooling/test/run.mjs'],
};

const [job, ...rest] = process.argv.slice(2);
if (!(job in jobs)) {
  console.error(`usage: node tooling/bootstrap.mjs ${Object.keys(jobs).join('|')}`);
  process.exit(2);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`orchid-ml needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

process.env.TURBO_TELEMETRY_DISABLED = '1';

function run(command, args, what) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) console.error(`${what}: ${error.message}`);
  if (status === 0) return;
  if (what) console.error(`\n${what} failed (${signal ?? `exit ${status}`}).`);
  process.exit(status ?? 1);
}

const pnpm = (args, what) => run('npx', ['--yes', packageManager, ...args], what);

pnpm(['install', '--frozen-lockfile', '--reporter=append-only'], 'Installing the dependencies');
// Ctrl-C is the job's to handle: it saves what it has. This process only waits for it.
process.on('SIGINT', () => {});
if (job === 'start') run('node', [...jobs.start, ...rest]);
else if (job === 'playground') pnpm([...jobs.playground, ...rest]);
// The checks start turbo, which wants to find pnpm.
else pnpm(['exec', 'node', ...jobs[job], ...rest]);
