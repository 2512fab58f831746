/**
 * Tables and counterexamples as text.
 *
 * @module
 */

import type { Variables } from "./dot.ts";
import type { TlcResult } from "./tlc.ts";

/** Rows as lines with their columns aligned; columns of numbers at their right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map((cell) => cell.toLocaleString("en-US")));
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  const isNumeric = widths.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  return texts.map((row) =>
    row.map((text, column) =>
      isNumeric[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)
    ).join("  ").trimEnd()
  ).join("\n");
}

/** A counterexample as a table: each step with the variables that it changes. */
export function counterexampleTable(
  { counterexample, loop }: TlcResult,
  nameOf: (action: string, state: Variables) => string,
): string {
  let before: Variables = new Map();
  const rows = counterexample.map(({ action, state }, i) => {
    const changes = [...state].filter(([name, value]) => before.get(name) !== value);
    before = state;
    return [
      String(i + 1),
      i === 0 ? "in the beginning" : nameOf(action, state),
      changes.map(([name, value]) => `${name} = ${value}`).join("  "),
    ];
  });
  if (loop !== undefined) rows.push(["", `then ${loop}`, ""]);
  return table([["step", "what happens", "what is different"], ...rows]);
}
