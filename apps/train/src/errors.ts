// The errors that a user can cause, apart from bugs: they carry an exit code and are printed as one paragraph.

/** An error whose message is for the user: no stack is printed unless --verbose asks for it. */
export class CommandError extends Error {
  /**
   * @param message what went wrong and what to do, one paragraph
   * @param exitCode what the process ends with
   */
  constructor(
    message: string,
    readonly exitCode: number,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
  }
}

/** The command was called wrongly: an unknown key, a missing option. Exit code 2. */
export class UsageError extends CommandError {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, 2, options);
  }
}

/** The command was called rightly and could not do its job. Exit code 1. */
export class Failure extends CommandError {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, 1, options);
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether an error comes from the operating system (ENOSPC, EACCES ...), and which. */
export function systemCode(error: unknown): string | undefined {
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    const code = (e as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return code;
  }
  return undefined;
}

/** Runs work whose errors are the user's to mend (a file, a text, a checkpoint): they become Failures, the cause kept. */
export async function failing<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new Failure(messageOf(error), { cause: error });
  }
}
