/**
 * What is wrong with a workflow file, where, and by which rule.
 *
 * @module
 */

import { LockstepError } from "../core/errors.ts";

/** A place in a file; both count from 1. */
export interface Position {
  /** Counts lines. */
  readonly line: number;
  /** Counts UTF-16 code units. */
  readonly column: number;
}

/** One thing that is wrong. */
export interface Problem extends Position {
  /** What it is about, such as `task "test"`; `undefined` for the file as a whole. */
  readonly subject: string | undefined;
  /** The rule, and what came instead. */
  readonly message: string;
}

/** A workflow file that can't be run; says everything that is wrong with it. */
export class WorkflowError extends LockstepError {
  /** Always the same, for programs. */
  readonly code = "workflow";
  /** The name of the file. */
  readonly file: string;
  /** In the order of the file; at least one. */
  readonly problems: readonly Problem[];

  /** Writes the message from the problems, and shows the lines of `source`, the text of the file. */
  constructor(file: string, problems: readonly Problem[], source: string) {
    super(describe(file, problems, source));
    this.file = file;
    this.problems = problems;
  }
}

/** As many problems are shown; nobody reads more before mending the first. */
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

/** How much of a long line is shown. */
const WIDEST_EXCERPT = 96;

function excerpt(lines: readonly string[], { line, column }: Position): string {
  const text = lines[line - 1];
  if (text === undefined || text.trim() === "") return "";
  // deno-lint-ignore no-control-regex -- what would move the cursor must not reach it
  const visible = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
  const start = column > WIDEST_EXCERPT ? column - WIDEST_EXCERPT / 2 : 0;
  const shown = visible.slice(start, start + WIDEST_EXCERPT);
  const gutter = ` ${line} | `;
  const caret = " ".repeat(gutter.length - 2) + "| " + " ".repeat(column - 1 - start) + "^";
  return `\n${gutter}${shown}\n${caret}`;
}

/** `; did you mean "…"?` with the candidate most like `name`, or nothing when none is like it. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best === undefined ? "" : `; did you mean ${JSON.stringify(best)}?`;
}

/** How many letters must be added, dropped, changed or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, older[j - 2]! + 1);
      row.push(cost);
    }
    older = previous;
    previous = row;
  }
  return previous[b.length]!;
}
