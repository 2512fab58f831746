/**
 * Names of agents that are close to one that no agent has had, most likely by a typo.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import type { MessageState } from "./state.ts";

/** Time for an agent to come that was sent a message before. */
export const MISADDRESSED_MS = 1_000;

/** Number of names that are suggested. */
const MOST_NAMES = 3;

/**
 * Returns the names that agents have had and that differ from `name` in at most a third of its
 * characters and at most 3, the closest first. Costs O(names).
 */
export function nearNames({ names }: Readonly<MessageState>, name: string): string[] {
  const most = Math.min(3, Math.floor(name.length / 3));
  const found: { readonly known: string; readonly distance: number }[] = [];
  for (const known of names) {
    if (Math.abs(known.length - name.length) > most) continue;
    const distance = distanceOf(known.toLowerCase(), name.toLowerCase(), most);
    if (distance <= most) found.push({ known, distance });
  }
  return found.sort((a, b) => a.distance - b.distance).slice(0, MOST_NAMES)
    .map(({ known }) => known);
}

/** Returns a clause that suggests near names; empty when there are none. */
export function suggestion(state: Readonly<MessageState>, name: string): string {
  const near = nearNames(state, name);
  return near.length === 0 ? "" : `; did you mean ${near.map(quote).join(" or ")}?`;
}

/** Returns the edit distance of two texts; `most + 1` when it is larger than `most`. */
function distanceOf(a: string, b: string, most: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row[b.length]!;
}
