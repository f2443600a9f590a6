// The command line itself: builds commander's tree from the table, runs one command, and turns errors into a paragraph
// and an exit code (0 done, 1 failed, 2 called wrongly, 130 interrupted).
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { type Run, table } from './commands/table.ts';
import { CommandError, messageOf, systemCode } from './errors.ts';
import { type Io, processIo } from './io.ts';

const groups: Readonly<Record<string, string>> = {
  train: 'train a model and save it',
  bench: 'time the pieces on this machine; JSON lines with --json',
};

const introduction = `Train Orchid models (data-dependent convolution) on this machine.

Start here:
  $ orchid doctor                          what this machine can train with
  $ orchid train recall                    learn associative recall, minutes on two cores
  $ orchid train mlm --text book.txt       learn to fill in hidden characters
  $ orchid predict runs/<run>              try a trained model

Each command has its own --help with examples, e.g. \`orchid train recall --help\`.`;

function version(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

/** Commander's tree; `finish` receives the exit code of the command that ran. */
function buildProgram(io: Io, finish: (code: number) => void): Command {
  const setUp = (command: Command): Command =>
    command
      .exitOverride()
      .showHelpAfterError('(add --help for what is possible)')
      .configureHelp({ helpWidth: 120 })
      .configureOutput({ writeOut: io.out, writeErr: io.err });
  const program = setUp(new Command('orchid'))
    .description(introduction)
    .option('--verbose', 'print the stack of an error too')
    .version(version(), '-V, --version');
  const parents = new Map<string, Command>();
  for (const entry of table) {
    const words = entry.name.split(' ');
    const name = words.pop()!;
    let parent = program;
    for (const word of words) {
      const known = parents.get(word) ?? setUp(parent.command(word).description(groups[word] ?? word));
      parents.set(word, known);
      parent = known;
    }
    const command = entry.shape(setUp(parent.command(name).description(entry.summary)));
    command.option('--verbose', 'print the stack of an error too');
    command.addHelpText('after', () => entry.help());
    command.action(async () => {
      const { run } = (await entry.load()) as { run: Run };
      finish(await run(command.args, command.opts(), io));
    });
  }
  return program;
}

/**
 * Runs one command.
 *
 * @param argv what stands after `orchid`
 * @param io the window on the world; the process by default
 * @returns the exit code: 0 done, 1 failed, 2 called wrongly, 130 interrupted
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  let code = 0;
  const program = buildProgram(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const verbose = argv.includes('--verbose') || Boolean(io.env.DEBUG);
    io.err(`${pc.red('error:')} ${messageOf(error)}\n`);
    if (verbose) {
      for (let e: unknown = error; e instanceof Error; e = e.cause) io.err(`${e.stack}\n`);
    } else if (!(error instanceof CommandError) && systemCode(error) === undefined) {
      io.err('Add --verbose for where this happened.\n');
    }
    return error instanceof CommandError ? error.exitCode : 1;
  }
}
