/**
 * Problems of a workflow file, with their positions.
 *
 * @module
 */

import { LockstepError } from "../core/errors.ts";

/** An invalid command line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A position in a file; both numbers count from 1. */
export interface Position {
  /** Number of the line. */
  readonly line: number;
  /** Number of the UTF-16 code unit in the line. */
  readonly column: number;
}

/** A problem of a workflow file. */
export interface Problem extends Position {
  /** The part of the file, such as `task "test"`; `undefined` for the file as a whole. */
  readonly subject: string | undefined;
  /** The rule, and the value that breaks it. */
  readonly message: string;
}

/** An invalid workflow file, with all its problems. */
export class WorkflowError extends LockstepError {
  /** Stable code for programs. */
  readonly code = "workflow";
  /** The name of the file. */
  readonly file: string;
  /** At least one, in the order of the file. */
  readonly problems: readonly Problem[];

  /** Builds the message from the problems and the lines of `source`, the text of the file. */
  constructor(file: string, problems: readonly Problem[], source: string) {
    super(describe(file, problems, source));
    this.file = file;
    this.problems = problems;
  }
}

/** Maximum of problems that are shown. */
const MOST_SHOWN = 40;

function describe(file: string, problems: readonly Problem[], source: string): string {
  const lines = source.split(/\r?\n/);
  const shown = problems.slice(0, MOST_SHOWN).map((problem) => {
    const subject = problem.subject === undefined ? "" : `${problem.subject}: `;
    const head = `${file}:${problem.line}:${problem.column}: ${subject}${problem.message}`;
    return head + excerpt(lines, problem);
  });
  const more = problems.length - shown.length;
  if (more > 0) shown.push(`… and ${more} more`);
  return shown.join("\n");
}

/** Maximum of characters that are shown of a line. */
const WIDEST_EXCERPT = 96;

function excerpt(lines: readonly string[], { line, column }: Position): string {
  const text = lines[line - 1];
  if (text === undefined || text.trim() === "") return "";
  // deno-lint-ignore no-control-regex -- control characters would move the cursor
  const visible = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
  const start = column > WIDEST_EXCERPT ? column - WIDEST_EXCERPT / 2 : 0;
  const shown = visible.slice(start, start + WIDEST_EXCERPT);
  const gutter = ` ${line} | `;
  const caret = " ".repeat(gutter.length - 2) + "| " + " ".repeat(column - 1 - start) + "^";
  return `\n${gutter}${shown}\n${caret}`;
}
