/**
 * Numbers and lists in sentences.
 *
 * @module
 */

/** A number with its noun. */
export function count(n: number, singular: string, plural: string = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** Some names, and how many more there are. */
export function listed(names: readonly string[], most: number): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}

/** The most links of a chain that are shown at each of its ends. */
const ENDS = 5;

/** A path along arrows, without its middle when it is long. */
export function chain(links: readonly string[], arrow: string): string {
  const left = links.length - 2 * ENDS;
  if (left <= 1) return links.join(arrow);
  return [...links.slice(0, ENDS), `… ${left} more …`, ...links.slice(-ENDS)].join(arrow);
}
