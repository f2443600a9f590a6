// For tests: one command in this process, in a folder of its own, with what it printed and its exit code.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll } from 'vitest';
import { main } from '../src/cli.ts';
import { capture } from './capture.ts';

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A fresh folder, removed after the file's tests. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'orchid-train-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `orchid ...argv` with `cwd` as its folder. */
export async function orchid(cwd: string, ...argv: string[]): Promise<Outcome> {
  const { io, output, errors } = capture(cwd);
  const code = await main(argv, io);
  return { code, output: stripVTControlCharacters(output()), errors: stripVTControlCharacters(errors()) };
}
