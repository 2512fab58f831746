#!/usr/bin/env node
/**
 * The `lockstep` command: verbs for agents, scripts and people that call the server of a repository, the
 * server itself, and workflows.
 *
 * This module loads only what a verb needs, as agents call verbs all the time.
 *
 * @example
 * ```ts
 * import { main } from "@lockstep/lockstep/command";
 *
 * console.log(await main(["--version"])); // lockstep 0.1.0
 * ```
 *
 * @module
 */

import process from "node:process";
import { VERBS } from "./table.ts";

/** Runs `lockstep` with the arguments of a command line; resolves with its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const isHelp = ["help", "--help", "-h"].includes(name);
  const verb = VERBS.get(isHelp ? rest[0] ?? "" : name);
  if (verb !== undefined) {
    const { runVerb } = await import("./run_verb.ts");
    return await runVerb(verb, isHelp ? ["--help"] : rest, VERBS);
  }
  return await (await import("../cli/mod.ts")).main(args);
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)));
