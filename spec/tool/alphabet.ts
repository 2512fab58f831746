/**
 * Modules with a named action for each step that a machine was seen to make.
 *
 * TLC labels the edges of its graph with the names of actions, not with their arguments, and a
 * machine that swaps two arguments would not be noticed. Two more properties prove that the named
 * actions are all that the specification has, and nothing else.
 *
 * @module
 */

import type { Alphabet } from "./subject.ts";

/** The module's text. */
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
    `NamedSpec == Init /\\ [][NamedNext]_vars`,
    `NothingAdded == [][Next]_vars`,
    `NothingMissing == [][NamedNext]_vars`,
    `====`,
    "",
  ].join("\n");
}
