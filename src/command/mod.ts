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
 * console.log(await main(["--version"])); // 0
 * ```
 *
 * @module
 */

import process from "node:process";
import { didYouMean, quote } from "../core/arguments.ts";
import { RUN_ON_SERVER, verbLines, VERBS } from "./table.ts";

/** The commands that are no verbs, and load machines. */
const OTHERS = ["run", "replay", "journal", "version", "--version", "-V"];

/** Runs `lockstep` with the arguments of a command line; resolves with its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const isHelp = ["help", "--help", "-h"].includes(name);
  const asked = isHelp ? rest[0] ?? "" : name;
  const verb = VERBS.get(asked);
  if (verb !== undefined) {
    const { runVerb } = await import("./run_verb.ts");
    return await runVerb(verb, isHelp ? ["--help"] : rest, VERBS);
  }
  if (name === "run" && rest.includes("--server")) {
    const { runVerb } = await import("./run_verb.ts");
    return await runVerb(RUN_ON_SERVER, rest, VERBS);
  }
  if (OTHERS.includes(asked)) return await (await import("../cli/mod.ts")).main(args);
  if (asked !== "") {
    const near = didYouMean(asked, [...VERBS.keys(), ...OTHERS]);
    const what = asked.startsWith("-") ? "option" : "command";
    process.stderr.write(
      `lockstep: unknown ${what} ${quote(asked)}${near}\nTry "lockstep --help".\n`,
    );
    return 2;
  }
  const { HELP } = await import("../cli/args.ts");
  const { onScreen } = await import("./run_verb.ts");
  const verbs = `\nVerbs of agents and of people:\n${verbLines()}\nOptions:`;
  return await onScreen((screen) => {
    const others = HELP.replace(/^ {2}log DIR.*\n/m, ""); // it is a verb, too
    screen.write(others.replace("\nOptions:", verbs));
    return Promise.resolve(isHelp ? 0 : 2);
  });
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)));
