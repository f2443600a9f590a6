// Another `orchid` command in a process of its own: its memory is its own, and so is its end.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Io } from '../io.ts';

const program = fileURLToPath(new URL('../../bin/orchid.mjs', import.meta.url));

/** How a process ended. */
export interface ChildEnd {
  /** its exit code, or the signal that ended it */
  readonly code: number | string;
  /** what it wrote, unless that went to the terminal */
  readonly output: string;
  readonly errors: string;
}

export interface ChildOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** its output goes where this process's goes, with colours and a progress bar */
  readonly onTerminal?: boolean;
  /** called with each line that it writes */
  readonly onLine?: (line: string) => void;
  /** tells it to stop when this process is; Ctrl-C and the end of a terminal reach it without that */
  readonly onInterrupt?: Io['onInterrupt'];
}

/** Runs it to its end. @throws Error when it cannot be started */
export async function orchidProcess(argv: readonly string[], options: ChildOptions): Promise<ChildEnd> {
  const { env, cwd, onTerminal = false, onLine, onInterrupt } = options;
  const child = spawn(process.execPath, [program, ...argv], {
    env: onTerminal ? env : { ...env, NO_COLOR: '1' },
    ...(cwd !== undefined && { cwd }),
    stdio: ['ignore', onTerminal ? 'inherit' : 'pipe', 'pipe'],
  });
  // A terminal sends these two to it as well; a second one would end it before it has saved.
  const ignore = onInterrupt?.((signal) => {
    if (signal !== 'SIGINT' && signal !== 'SIGHUP') child.kill('SIGTERM');
  });
  let [output, errors, rest] = ['', '', ''];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (onLine) for (const line of lines) onLine(line);
  });
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? signal ?? 'no status'));
  }).finally(ignore);
  return { code, output, errors };
}

/** Why a process failed, in one line. */
export function reasonOf({ code, errors }: Pick<ChildEnd, 'code' | 'errors'>): string {
  const said = errors
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ');
  if (code === 'SIGKILL') return 'the system ended the process (SIGKILL), as it does when memory runs out';
  return said || `the process ended with ${code} and said nothing`;
}
