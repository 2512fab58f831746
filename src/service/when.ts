/**
 * Reads how people and programs name a moment.
 *
 * @module
 */

/** A moment of a journal, as `History.at` opens it. */
export type Named =
  | { readonly position: number; readonly index?: number }
  | { readonly instant: number };

/**
 * Returns the moment that a text names: a position (`17`), the place of a command (`17:0`), a time in
 * ISO 8601, or in milliseconds since the Unix epoch. `undefined` for any other text.
 */
export function parseWhen(text: string): Named | undefined {
  if (/^\d{11,15}$/.test(text)) return { instant: Number(text) };
  const [, position, index] = /^(\d{1,10})(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (position !== undefined) {
    return { position: Number(position), ...(index !== undefined && { index: Number(index) }) };
  }
  const instant = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(instant) ? undefined : { instant };
}
