/**
 * `deno task sim`: simulates until time is over or something breaks.
 *
 * @module
 */

import { type FaultName, FAULTS, type Faults } from "./faults.ts";
import { describeEvent } from "../../root/events.ts";
import { type Counts, Coverage } from "./coverage.ts";
import { shrink, type ShrunkRun } from "./shrink.ts";
import { simulateManager } from "./simulate_manager.ts";
import { simulate, type SimulationOptions, type SimulationReport } from "./simulate.ts";

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

/** How often progress is told, in milliseconds. */
const PROGRESS_MS = 5_000;

/** What the runs so far have come to. */
class Tally {
  readonly coverage = new Coverage();
  runs = 0;
  steps = 0;
  simulatedMs = 0;
  readonly #begin = performance.now();
  #toldAt = this.#begin;

  add({ steps, simulatedMs, coverage }: SimulationReport): void {
    this.runs++;
    this.steps += steps;
    this.simulatedMs += simulatedMs;
    this.coverage.add(coverage);
  }

  get ms(): number {
    return performance.now() - this.#begin;
  }

  progress(): void {
    if (performance.now() - this.#toldAt < PROGRESS_MS) return;
    this.#toldAt = performance.now();
    console.log(this.line());
  }

  line(): string {
    const speed = Math.round(this.steps / this.ms * 1_000);
    const hours = (this.simulatedMs / 3_600_000).toFixed(1);
    return `${this.runs} runs, ${this.steps} steps, ${speed} steps/s, ${hours} hours simulated`;
  }
}

function optionsOf(given: SimulatorArguments, seed: number): SimulationOptions {
  const { steps, workload, faults, agents, trace } = given;
  return {
    ...{ seed, steps },
    ...(workload !== undefined && { workload }),
    ...(faults !== undefined && { faults }),
    ...(agents !== undefined && { agents }),
    ...(trace && { onStep: tell }),
  };
}

const tell: NonNullable<SimulationOptions["onStep"]> = (command, at, events) => {
  console.log(`${at}  ${JSON.stringify(command)}`);
  for (const event of events as { type: string }[]) {
    console.log(`      ${event.type}  ${describeEvent(event)}`);
  }
};

function main(given: SimulatorArguments): number {
  const tally = new Tally();
  console.log(`seed ${given.seed}, ${given.steps} steps a run`);
  for (let i = 0; i < given.runs && tally.ms < given.minutes * 60_000; i++) {
    const options = optionsOf(given, given.seed + i);
    const report = simulate(options);
    tally.add(report);
    if (given.runs === 1) console.log(drawLine(report));
    if (report.broken !== undefined) {
      const { onStep: _, ...silent } = options;
      console.error(failureLines(report, given.steps, shrink(silent, report)).join("\n"));
      return 1;
    }
    tally.progress();
  }
  console.log(coverageLines(tally.coverage).join("\n"));
  console.log(`nothing broke: ${tally.line()}`);
  return 0;
}

async function simulateManagers({ seed, runs, minutes }: SimulatorArguments): Promise<number> {
  const outcomes = new Map<string, number>();
  const begin = performance.now();
  let calls = 0;
  let i = 0;
  for (; i < runs && performance.now() - begin < minutes * 60_000; i++) {
    const report = await simulateManager({ seed: seed + i });
    calls += report.calls;
    for (const [name, count] of report.outcomes) {
      outcomes.set(name, (outcomes.get(name) ?? 0) + count);
    }
    if (report.broken === undefined) continue;
    console.error(
      `BROKEN ${report.broken.message}\nreplay: deno task sim --manager --seed ${
        seed + i
      } --runs 1`,
    );
    return 1;
  }
  for (const [name, count] of [...outcomes].sort()) {
    console.log(`  ${String(count).padStart(10)}  ${name}`);
  }
  console.log(`nothing broke: ${i} runs of a manager, ${calls} calls`);
  return 0;
}

if (import.meta.main) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  try {
    const given = readArguments(Deno.args, seed);
    Deno.exitCode = given.manager ? await simulateManagers(given) : main(given);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    Deno.exitCode = 2;
  }
}

/** What was drawn for a run, in one line. */
export function drawLine({ seed, workload, agents, faults }: SimulationReport): string {
  const named = Object.entries(faults).map(([name, rate]) => `${name} ${rate}`);
  const list = named.length === 0 ? "no faults" : named.join(", ");
  return `seed ${seed}: ${workload}, ${agents} agents, ${list}`;
}

/** How often everything happened, and what never did. */
export function coverageLines(coverage: Coverage): string[] {
  const { missing } = coverage;
  return (["events", "refusals", "reactions", "faults"] as const).flatMap((kind) => [
    `${kind}: ${coverage[kind].size} of ${coverage[kind].size + missing[kind].size}`,
    ...[...coverage[kind]].sort(([a], [b]) => a < b ? -1 : 1).map(countLine),
    ...neverLine(missing[kind]),
  ]);
}

function countLine([name, count]: [string, number]): string {
  return `  ${String(count).padStart(10)}  ${name}`;
}

function neverLine(missing: Counts): string[] {
  return missing.size === 0 ? [] : [`  never: ${[...missing.keys()].sort().join(", ")}`];
}

/** The one command that repeats a run. */
export function replayLine(
  { seed, workload, steps }: { seed: number; workload: string; steps: number },
  faults?: object,
  agents?: number,
): string {
  const parts = [`deno task sim --seed ${seed} --runs 1 --steps ${steps} --workload ${workload}`];
  if (faults !== undefined) {
    const rates = Object.entries(faults).map(([name, rate]) => `${name}=${rate}`);
    parts.push(`--faults ${rates.length === 0 ? "none" : rates.join(",")}`);
  }
  if (agents !== undefined) parts.push(`--agents ${agents}`);
  return parts.join(" ");
}

/** What broke, in which run, how to see it again, and the smallest scenario that shows it. */
export function failureLines(
  report: SimulationReport,
  steps: number,
  { options, report: smaller, commands }: ShrunkRun,
): string[] {
  const { seed, workload, faults, agents } = smaller;
  return [
    `BROKEN ${report.broken!.message}`,
    `in step ${report.steps} of ${drawLine(report)}`,
    `replay: ${replayLine({ ...report, steps })}`,
    `shrunk: ${replayLine({ seed, workload, steps: options.steps! }, faults, agents)}`,
    `  which breaks in step ${smaller.steps}: ${smaller.broken!.message}`,
    ...(commands === undefined ? [] : [
      `  and so do these ${commands.length} commands, on a machine with the rules ${
        JSON.stringify(smaller.config)
      }:`,
      ...commands.map(({ command, at }) => `    ${at}  ${JSON.stringify(command)}`),
    ]),
  ];
}
