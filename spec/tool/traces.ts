/**
 * Recorded runs as a module of TLA+, and what TLC says of them.
 *
 * @module
 */

import type { Trace } from "./subject.ts";
import { expression } from "./value.ts";

/** The module `TraceData`: `Traces` is a sequence of runs, each a sequence of records. */
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

/** How far a run was followed, and whether that was all of it. */
const FOLLOWED = /<<"TRACE", (\d+), (\d+)(, "ACCEPTED")?>>/g;

/** A run that did not come out as it must. */
export interface Misjudged {
  readonly trace: Trace;
  readonly problem: string;
}

/**
 * The runs among `traces` that did not come out as they must, by what TLC printed: for each run how
 * far the specification followed it, and whether that was all.
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
    : `diverges at event ${followed + 1}: ${JSON.stringify(rows[followed] ?? "its end")}`;
  if (divergesAt === undefined) return accepted ? undefined : verdict;
  return !accepted && followed + 1 === divergesAt
    ? undefined
    : `${verdict}, but is wrong at event ${divergesAt}`;
}
