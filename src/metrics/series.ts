/**
 * Values over time, the newest of them: a ring that overwrites its oldest entry when it is full.
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

/** What a sample is labelled with. */
export type Tags = Readonly<Record<string, string>>;

/** The newest values of one metric. Entries of the three lists belong together. */
export interface Series {
  /** How many values it holds at most. */
  readonly capacity: number;
  /** When they came. */
  readonly times: Instant[];
  /** What they are. */
  readonly values: number[];
  /** What they are labelled with; empty until one is. */
  readonly tags: (Tags | undefined)[];
  /** Where the oldest entry is. */
  start: number;
}

/** A series without values. */
export function emptySeries(capacity: number): Series {
  return { capacity, times: [], values: [], tags: [], start: 0 };
}

/** Adds a value in O(1). */
export function append(series: Series, at: Instant, value: number, tags?: Tags): void {
  const { times, values, capacity } = series;
  let place = times.length;
  if (place === capacity) {
    place = series.start;
    series.start = (place + 1) % capacity;
  }
  times[place] = at;
  values[place] = value;
  if (tags === undefined && series.tags.length === 0) return;
  while (series.tags.length < place) series.tags.push(undefined);
  series.tags[place] = tags;
}

/** Calls `visit` with each value since `since`, oldest first. */
export function forEachSince(
  { times, values, tags, start }: Series,
  since: Instant,
  visit: (at: Instant, value: number, tags: Tags | undefined) => void,
): void {
  for (let i = 0; i < times.length; i++) {
    const place = (start + i) % times.length;
    const at = times[place]!;
    if (at >= since) visit(at, values[place]!, tags[place]);
  }
}
