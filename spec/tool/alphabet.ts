/**
 * Modules with a named action for each step that a machine was seen to make.
 *
 * TLC labels the edges of its graph with the names of actions, not with their arguments, so a
 * machine that swaps two arguments would go unnoticed. The specification's own `Next` is therefore
 * explored beside the named actions, and both must lead from each state to the same states: the
 * named actions are all that the specification has, and nothing else.
 *
 * @module
 */

import type { Alphabet } from "./subject.ts";

/** Label of the steps of the specification's own `Next`. */
export const UNNAMED = "Unnamed";

/** Text of the module. */
export function alphabetModule({ module, extends: base, actions }: Alphabet): string {
  const names = [...actions.keys()];
  return [
    `---- MODULE ${module} ----`,
    `\\* Generated from the machine's alphabet by deno task spec --write.`,
    `EXTENDS ${base}`,
    "",
    ...[...actions].map(([name, expression]) => `${name} == ${expression} /\\ TRUE`),
    "",
    `NamedNext ==`,
    ...names.map((name) => `  \\/ ${name}`),
    "",
    `${UNNAMED} == Next /\\ TRUE`,
    `GraphSpec == Init /\\ [][NamedNext \\/ ${UNNAMED}]_vars`,
    `====`,
    "",
  ].join("\n");
}
