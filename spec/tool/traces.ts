/**
 * Recorded runs as a module of TLA+, and TLC's verdicts on them.
 *
 * @module
 */

import type { Trace } from "./subject.ts";
import { expression } from "./value.ts";

/** Text of the module `TraceData`: `Traces` is a sequence of runs, each a sequence of records. */
export function traceModule(traces: readonly Trace[]): string {
  const runs = traces.map(({ rows }) => `<<\n    ${rows.map(expression).join(",\n    ")}\n  >>`);
  return [
    `---- MODULE TraceData ----`,
    `EXTENDS Integers, TLC`,
    `Traces == <<\n  ${runs.join(",\n  ")}\n>>`,
    `====`,
    "",
  ].join("\n");
}

/** A line that says how far a run was followed, and whether that was all of it. */
const FOLLOWED = /<<"TRACE", (\d+), (\d+)(, "ACCEPTED")?>>/g;

/** A run whose verdict is not the expected one. */
export interface Misjudged {
  readonly trace: Trace;
  readonly problem: string;
}

/**
 * Returns the runs among `traces` whose verdict is not the expected one. TLC prints for each run how
 * far the specification followed it, and whether that was all of it.
 */
export function misjudged(traces: readonly Trace[], output: string): Misjudged[] {
  const followed = new Map<number, number>();
  const accepted = new Set<number>();
  for (const [, run, place, all] of output.matchAll(FOLLOWED)) {
    const index = Number(run) - 1;
    followed.set(index, Math.max(followed.get(index) ?? 0, Number(place)));
    if (all !== undefined) accepted.add(index);
  }
  return traces.flatMap((trace, i) => {
    const problem = judgeTrace(trace, followed.get(i), accepted.has(i));
    return problem === undefined ? [] : [{ trace, problem: `${trace.name} ${problem}` }];
  });
}

function judgeTrace(
  { rows, divergesAt }: Trace,
  followed: number | undefined,
  accepted: boolean,
): string | undefined {
  if (rows.length === 0) return "has no events";
  if (followed === undefined) return "got no verdict";
  const verdict = accepted
    ? "is accepted"
    : `diverges at event ${followed + 1}: ${expression(rows[followed] ?? "its end")}`;
  if (divergesAt === undefined) return accepted ? undefined : verdict;
  return !accepted && followed + 1 === divergesAt
    ? undefined
    : `${verdict}, but is wrong at event ${divergesAt}`;
}
