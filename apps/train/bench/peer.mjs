// Runs a benchmark's peer, a program outside this repository that prints a line of JSON, on one thread.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const env = { ...process.env, OMP_NUM_THREADS: '1' };

/** The most memory that a running process has held, where the system tells (Linux); else 0. */
function peakBytes(pid) {
  try {
    return 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // gone, or a system without /proc
  }
}

/**
 * What a command prints as its last line of JSON, and the most memory that it held.
 *
 * @param command a program and its first arguments, with blanks between them
 * @throws Error with what the command said when it fails
 */
export async function runPeer(command, args) {
  const [program, ...first] = command.split(' ');
  const child = spawn(program, [...first, ...args], { env });
  let [output, errors, maxRssBytes] = ['', '', 0];
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const watch = setInterval(() => {
    maxRssBytes = Math.max(maxRssBytes, peakBytes(child.pid));
  }, 100);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(watch));
  const line = output.split('\n').findLast((text) => text.startsWith('{'));
  if (code !== 0 || !line) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors.trim()}`);
  return { ...JSON.parse(line), maxRssBytes };
}
