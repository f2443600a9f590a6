// What a command may touch of the process, in one object, so that tests run commands without a process of their own.
import { relative } from 'node:path';
import { shellQuote } from './ui/format.ts';

/** What may end a run early: signals, and a reader of the output that is gone (`| head`). */
export type Interruption = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

/** A command's window on the world. */
export interface Io {
  /** writes to standard output, as it is */
  readonly out: (text: string) => void;
  /** writes to standard error, as it is */
  readonly err: (text: string) => void;
  /** the terminal to draw a progress bar on, or null when output goes to a file or a pipe */
  readonly terminal: NodeJS.WriteStream | null;
  /** how this program is called, for commands that the user can paste */
  readonly program: string;
  /** relative paths are relative to this */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** calls back on each interruption until the returned function is called */
  readonly onInterrupt: (handler: (signal: Interruption) => void) => () => void;
  /** ends the process at once */
  readonly exit: (code: number) => void;
}

/** `node apps/train/bin/orchid.mjs` in a checkout, `npx orchid` where the package is installed. */
function programName(): string {
  const script = process.argv[1] ?? '';
  if (script.includes('node_modules')) return 'npx orchid';
  return `node ${shellQuote(relative(process.cwd(), script))}`;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The real process. */
export function processIo(): Io {
  const handlers = new Set<(signal: Interruption) => void>();
  let interrupted = false;
  const interrupt = (signal: Interruption) => {
    interrupted = true;
    for (const handler of handlers) handler(signal);
  };
  // Without a listener Node ends the process with a stack. Later writes fail too, and must not count as a second Ctrl-C.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => {
      if (interrupted) return;
      if (handlers.size === 0) process.exit(141);
      interrupt('SIGPIPE');
    });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    terminal: process.stdout.isTTY ? process.stdout : null,
    program: programName(),
    cwd: process.cwd(),
    env: process.env,
    onInterrupt(handler) {
      if (handlers.size === 0) for (const signal of signals) process.on(signal, interrupt);
      handlers.add(handler);
      return () => {
        handlers.delete(handler);
        if (handlers.size === 0) for (const signal of signals) process.off(signal, interrupt);
      };
    },
    exit: (code) => process.exit(code),
  };
}

/** One line on standard output. */
export function say(io: Io, line = ''): void {
  io.out(`${line}\n`);
}
