/**
 * Values as one line of text for people, such as a log's reader.
 *
 * @module
 */

import { quote } from "./arguments.ts";

/** How many characters are shown. */
const LONGEST_TEXT = 500;

/** `value` as one line that looks like JSON, cut when it is long. Never throws. */
export function readable(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value, showSpecial) ?? quote(value);
  } catch {
    text = quote(value);
  }
  return text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) + "…" : text;
}

function showSpecial(_key: string, value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) return [...value];
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === "bigint" ? `${value}n` : value;
}
