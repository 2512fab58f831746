/**
 * What `deno task sim` is asked for.
 *
 * @module
 */

import { type FaultName, FAULTS, type Faults } from "./faults.ts";

/** What `deno task sim` is asked for. */
export interface SimulatorArguments {
  /** Of the first run; each further run has the next one. */
  readonly seed: number;
  /** How many steps a run has before faults and new work stop. */
  readonly steps: number;
  /** How many runs there are at most. */
  readonly runs: number;
  /** For how long runs are begun, in minutes. */
  readonly minutes: number;
  /** What goes on, instead of what is drawn. */
  readonly workload: string | undefined;
  /** What goes wrong, instead of what is drawn. */
  readonly faults: readonly FaultName[] | Faults | undefined;
  /** How many agents there are, instead of what is drawn. */
  readonly agents: number | undefined;
  /** Whether each step is told. */
  readonly trace: boolean;
  /** Whether a whole manager is driven, with promises, instead of the machine below it. */
  readonly manager: boolean;
}

/** How `deno task sim` is used. */
export const USAGE = `Usage: deno task sim [options]
  --seed <n>         of the first run; each further run has the next one   [drawn, and printed]
  --steps <n>        of a run, before faults and new work stop             [20000]
  --runs <n>         at most                                               [until time is over]
  --minutes <n>      for how long runs are begun                           [1]
  --workload <name>  instead of one that is drawn
  --faults <list>    instead of those that are drawn: none, or names, or name=rate; by commas
  --agents <n>       instead of a number that is drawn
  --trace            tell each step
  --manager          drive a whole manager, with promises, instead of the machine below it
Faults: ${FAULTS.join(", ")}`;

/**
 * Reads the arguments of a command line.
 *
 * @throws {RangeError} when there is something else among them
 */
export function readArguments(given: readonly string[], drawnSeed: number): SimulatorArguments {
  const values = new Map<string, string>();
  for (let i = 0; i < given.length; i++) {
    const [name = "", inline] = given[i]!.split(/=(.*)/s);
    if (!OPTIONS.has(name)) throw new RangeError(`There is no option ${quote(name)}\n\n${USAGE}`);
    if (FLAGS.has(name)) values.set(name, "");
    else values.set(name, inline ?? given[++i] ?? "");
  }
  const number = (name: string, fallback: number) => {
    const text = values.get(name);
    const value = Number(text ?? fallback);
    if (value > 0 || (value === 0 && name === "--seed" && text !== "")) return value;
    throw new RangeError(`${name} must be a positive number, got ${quote(text)}\n\n${USAGE}`);
  };
  const runs = number("--runs", Infinity);
  return {
    seed: number("--seed", drawnSeed),
    steps: number("--steps", 20_000),
    runs,
    minutes: number("--minutes", runs === Infinity ? 1 : Infinity),
    workload: values.get("--workload"),
    faults: faultsIn(values.get("--faults")),
    agents: values.has("--agents") ? number("--agents", 1) : undefined,
    trace: values.has("--trace"),
    manager: values.has("--manager"),
  };
}

const FLAGS: ReadonlySet<string> = new Set(["--trace", "--manager"]);

const OPTIONS: ReadonlySet<string> = new Set([
  ...FLAGS,
  ...["--seed", "--steps", "--runs", "--minutes", "--workload", "--faults", "--agents"],
]);

function faultsIn(text: string | undefined): readonly FaultName[] | Faults | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return {};
  const parts = text.split(",").map((part) => part.split("="));
  for (const [name = ""] of parts) {
    if ((FAULTS as readonly string[]).includes(name)) continue;
    throw new RangeError(`There is no fault ${quote(name)}\n\n${USAGE}`);
  }
  if (parts.every(([, rate]) => rate === undefined)) {
    return parts.map(([name]) => name as FaultName);
  }
  return Object.fromEntries(parts.map(([name, rate]) => [name, Number(rate ?? 1)]));
}

function quote(text: string | undefined): string {
  return JSON.stringify(text ?? "");
}
