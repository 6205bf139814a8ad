/** One command of the command line. */
export interface Command {
  /** The words that call it. */
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  run(args: readonly string[]): Promise<void>;
}

/** The command was not understood: exit 2, with its usage. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command was understood and could not be done: exit 1, with one sentence. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** A whole number of an option. Throws UsageError. */
export function wholeNumber(text: string, option: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${option} takes a whole number`);
  return Number(text);
}
