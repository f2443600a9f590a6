// For tests: runs commands in this process and keeps what they print.
import type { Interruption, Io } from '../src/io.ts';

/** An Io that keeps what is written; `interrupt` plays Ctrl-C. */
export function capture(cwd = process.cwd()): {
  io: Io;
  output: () => string;
  errors: () => string;
  interrupt: (signal?: Interruption) => void;
  exits: number[];
} {
  let out = '';
  let err = '';
  const handlers = new Set<(signal: Interruption) => void>();
  const exits: number[] = [];
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    terminal: null,
    program: 'orchid',
    cwd,
    env: {},
    onInterrupt(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    exit: (code) => exits.push(code),
  };
  return {
    io,
    output: () => out,
    errors: () => err,
    interrupt: (signal = 'SIGINT') => {
      for (const handler of handlers) handler(signal);
    },
    exits,
  };
}
