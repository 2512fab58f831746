/**
 * Formats numbers and lists in sentences.
 *
 * @module
 */

/** Formats a number with its noun. */
export function count(n: number, singular: string, plural: string = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** Formats the first `most` names, and the number of the others. */
export function listed(names: readonly string[], most: number): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}

/** Number of links that are shown at each end of a long chain. */
const ENDS = 5;

/** Formats a path; a long one without its middle. */
export function chain(links: readonly string[], arrow: string): string {
  const left = links.length - 2 * ENDS;
  if (left <= 1) return links.join(arrow);
  return [...links.slice(0, ENDS), `… ${left} more …`, ...links.slice(-ENDS)].join(arrow);
}
