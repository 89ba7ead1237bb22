/**
 * What a verb may use of the terminal, and the failures it ends with. Exit codes are part of the command's contract:
 * scripts branch on them.
 */

export const EXIT = { ok: 0, failed: 1, usage: 2, notRunning: 3, refused: 4, unhealthy: 5, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit codes:
  0  ok
  1  unexpected failure
  2  wrong usage
  3  the floor is not running or cannot be reached
  4  refused: by risk, permission or validation
  5  doctor found a problem
  130  stopped by Ctrl-C`;

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Colours may be written: a terminal, and NO_COLOR is not set. */
  readonly colour: boolean;
  /** Somebody can be asked. */
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
}

/** A failure with the message for the person and the code for the script. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
  }
}

export function usage(message: string): CliError {
  return new CliError(EXIT.usage, message);
}

const CODES = { red: 31, green: 32, yellow: 33, grey: 90, bold: 1 } as const;

export function paint(terminal: Terminal, colour: keyof typeof CODES, text: string): string {
  return terminal.colour ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}
