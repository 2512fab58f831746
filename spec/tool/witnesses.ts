/**
 * States that must be reachable, for the rest of a check to be meaningful.
 *
 * Each is the violation of a definition such as `NothingMoves`. They are looked for in the run that
 * checks everything else: an invariant that always holds prints the first violation of each.
 *
 * @module
 */

/** Name of the module with the invariant. */
export const WITNESSES = "Witnesses";

/** Name of the invariant. */
export const REACHED = "Witnessed";

/** Text of the module, which extends `base`. */
export function witnessModule(base: string, names: readonly string[]): string {
  return [
    `---- MODULE ${WITNESSES} ----`,
    `EXTENDS ${base}, TLC`,
    `ASSUME \\A i \\in 1..${names.length} : TLCSet(i, FALSE)`,
    `${REACHED} ==`,
    ...names.map((name, i) =>
      `  /\\ TLCGet(${i + 1}) \\/ ${name} \\/ ` +
      `(TLCSet(${i + 1}, TRUE) /\\ PrintT(<<"REACHED", "${name}", TLCGet("level")>>))`
    ),
    `====`,
    "",
  ].join("\n");
}

/** Returns the depth at which each definition was first violated, as TLC printed it. */
export function reachedIn(output: string): Record<string, number> {
  const lines = output.matchAll(/<<"REACHED", "(\w+)", (\d+)>>/g);
  return Object.fromEntries([...lines].map(([, name, depth]) => [name!, Number(depth)]));
}

/** Returns what differs between the depths that were found and those that must be. */
export function misreached(
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): string[] {
  return Object.entries(expected).flatMap(([name, depth]) => {
    if (found[name] === undefined) return [`${name} is not violated in any state, but must be`];
    return found[name] === depth
      ? []
      : [`${name} is first violated at depth ${found[name]}, not ${depth}`];
  });
}
