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

const VERDICT = /<<\s*"TRACE (ACCEPTED|DIVERGES)",\s*(\d+),\s*(\d+)/g;

/** What is wrong with TLC's verdicts on `traces`; nothing when each came out as it must. */
export function misjudged(traces: readonly Trace[], output: string): string[] {
  const verdicts = new Map<number, { accepted: boolean; event: number }>();
  for (const [, verdict, trace, event] of output.matchAll(VERDICT)) {
    verdicts.set(Number(trace), { accepted: verdict === "ACCEPTED", event: Number(event) });
  }
  return traces.flatMap(({ name, rows, divergesAt }, i) => {
    const verdict = verdicts.get(i + 1);
    if (rows.length === 0) return [`${name} has no events`];
    if (verdict === undefined) return [`${name} got no verdict`];
    if (divergesAt === undefined) {
      return verdict.accepted ? [] : [`${name} diverges at event ${verdict.event}`];
    }
    if (verdict.accepted) return [`${name} is accepted, but is wrong at event ${divergesAt}`];
    if (verdict.event === divergesAt) return [];
    return [`${name} diverges at event ${verdict.event}, but is wrong at event ${divergesAt}`];
  });
}
