/**
 * `deno task sim`: simulates until time is over or an invariant is broken.
 *
 * @module
 */

import { describeEvent } from "../../root/events.ts";
import { Coverage } from "./coverage.ts";
import { type FaultName, FAULTS, type Faults } from "./faults.ts";
import { shrink, type ShrunkRun } from "./shrink.ts";
import { simulate, type SimulationOptions, type SimulationReport } from "./simulate.ts";
import { simulateManager } from "./simulate_manager.ts";

/** The arguments of `deno task sim`. */
export interface SimulatorArguments {
  /** The seed of the first run; each further run has the next one. */
  readonly seed: number;
  /** The number of steps of a run before faults and new work stop. */
  readonly steps: number;
  /** The largest number of runs. */
  readonly runs: number;
  /** The time in which runs are begun, in minutes. */
  readonly minutes: number;
  /** The workload, in place of a drawn one. */
  readonly workload: string | undefined;
  /** The faults, in place of drawn ones. */
  readonly faults: readonly FaultName[] | Faults | undefined;
  /** The number of agents, in place of a drawn one. */
  readonly agents: number | undefined;
  /** Whether to print each step. */
  readonly trace: boolean;
  /** Whether to simulate a whole manager, with promises, in place of the machine below it. */
  readonly manager: boolean;
}

const USAGE = `Usage: deno task sim [options]
  --seed <n>         seed of the first run; each further run has the next one   [drawn, and printed]
  --steps <n>        steps of a run before faults and new work stop             [20000]
  --runs <n>         largest number of runs                                     [until time is over]
  --minutes <n>      time in which runs are begun                               [1]
  --workload <name>  workload, in place of a drawn one
  --faults <list>    faults, in place of drawn ones: none, or names, or name=rate; by commas
  --agents <n>       number of agents, in place of a drawn one
  --trace            print each step
  --manager          simulate a whole manager, with promises, in place of the machine below it
  -h, --help         print this
Faults: ${FAULTS.join(", ")}`;

const FLAGS: readonly string[] = ["--trace", "--manager"];
const OPTIONS: readonly string[] = [
  ...["--seed", "--steps", "--runs", "--minutes", "--workload", "--faults", "--agents"],
];

/**
 * Reads the arguments of a command line.
 *
 * @throws {RangeError} when an argument is unknown or malformed
 */
export function readArguments(given: readonly string[], drawnSeed: number): SimulatorArguments {
  const values = new Map<string, string>();
  for (let i = 0; i < given.length; i++) {
    const [name = "", inline] = given[i]!.split(/=(.*)/s);
    if (FLAGS.includes(name)) values.set(name, "");
    else if (OPTIONS.includes(name)) values.set(name, inline ?? given[++i] ?? "");
    else throw new RangeError(`There is no option ${JSON.stringify(name)}\n\n${USAGE}`);
  }
  const number = (name: string, fallback: number) => {
    const text = values.get(name);
    const value = Number(text ?? fallback);
    if (value > 0 || (value === 0 && name === "--seed" && text !== "")) return value;
    throw new RangeError(
      `${name} must be a positive number, got ${JSON.stringify(text)}\n\n${USAGE}`,
    );
  };
  const runs = number("--runs", Infinity);
  return {
    seed: number("--seed", drawnSeed),
    steps: number("--steps", 20_000),
    runs,
    minutes: number("--minutes", runs === Infinity ? 1 : Infinity),
    workload: values.get("--workload"),
    faults: readFaults(values.get("--faults")),
    agents: values.has("--agents") ? number("--agents", 1) : undefined,
    trace: values.has("--trace"),
    manager: values.has("--manager"),
  };
}

function readFaults(text: string | undefined): readonly FaultName[] | Faults | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return {};
  const parts = text.split(",").map((part) => part.split("="));
  for (const [name = ""] of parts) {
    if ((FAULTS as readonly string[]).includes(name)) continue;
    throw new RangeError(`There is no fault ${JSON.stringify(name)}\n\n${USAGE}`);
  }
  if (parts.every(([, rate]) => rate === undefined)) {
    return parts.map(([name]) => name as FaultName);
  }
  return Object.fromEntries(parts.map(([name, rate]) => [name, Number(rate ?? 1)]));
}

/** The interval in which progress is printed, in milliseconds. */
const PROGRESS_MS = 5_000;

/** Simulates the root machine, and returns the exit code. */
function simulateMachines(given: SimulatorArguments): number {
  const coverage = new Coverage();
  const begin = performance.now();
  let printedAt = begin;
  let runs = 0;
  let steps = 0;
  let simulatedMs = 0;
  const progress = () => {
    const speed = Math.round(steps / (performance.now() - begin) * 1_000);
    const hours = (simulatedMs / 3_600_000).toFixed(1);
    return `${runs} runs, ${steps} steps, ${speed} steps/s, ${hours} hours simulated`;
  };
  console.log(`seed ${given.seed}, ${given.steps} steps a run`);
  while (runs < given.runs && performance.now() - begin < given.minutes * 60_000) {
    const options = optionsOf(given, given.seed + runs++);
    const report = simulate(options);
    steps += report.steps;
    simulatedMs += report.simulatedMs;
    coverage.add(report.coverage);
    if (given.runs === 1) console.log(settingLine(report));
    if (report.broken !== undefined) {
      const { onStep: _, ...silent } = options;
      console.error(failureLines(report, given.steps, shrink(silent, report)).join("\n"));
      return 1;
    }
    if (performance.now() - printedAt < PROGRESS_MS) continue;
    printedAt = performance.now();
    console.log(progress());
  }
  console.log(coverageLines(coverage).join("\n"));
  console.log(`nothing broke: ${progress()}`);
  return 0;
}

/** Simulates whole managers, and returns the exit code. */
async function simulateManagers(given: SimulatorArguments): Promise<number> {
  const outcomes = new Map<string, number>();
  const begin = performance.now();
  let calls = 0;
  let runs = 0;
  while (runs < given.runs && performance.now() - begin < given.minutes * 60_000) {
    const seed = given.seed + runs++;
    const report = await simulateManager({ seed });
    calls += report.calls;
    for (const [name, count] of report.outcomes) {
      outcomes.set(name, (outcomes.get(name) ?? 0) + count);
    }
    if (report.broken === undefined) continue;
    console.error(`BROKEN ${report.broken.message}`);
    console.error(`replay: deno task sim --manager --seed ${seed} --runs 1`);
    return 1;
  }
  console.log([...outcomes].sort().map(countLine).join("\n"));
  console.log(`nothing broke: ${runs} runs of a manager, ${calls} calls`);
  return 0;
}

function optionsOf(given: SimulatorArguments, seed: number): SimulationOptions {
  const { steps, workload, faults, agents, trace } = given;
  return {
    ...{ seed, steps },
    ...(workload !== undefined && { workload }),
    ...(faults !== undefined && { faults }),
    ...(agents !== undefined && { agents }),
    ...(trace && { onStep: printStep }),
  };
}

const printStep: NonNullable<SimulationOptions["onStep"]> = (command, at, events) => {
  console.log(`${at}  ${JSON.stringify(command)}`);
  for (const event of events as { type: string }[]) {
    console.log(`      ${event.type}  ${describeEvent(event)}`);
  }
};

function settingLine({ seed, workload, agents, faults }: SimulationReport): string {
  const rates = Object.entries(faults).map(([name, rate]) => `${name} ${rate}`);
  const list = rates.length === 0 ? "no faults" : rates.join(", ");
  return `seed ${seed}: ${workload}, ${agents} agents, ${list}`;
}

function coverageLines(coverage: Coverage): string[] {
  const { missing } = coverage;
  return (["events", "refusals", "reactions", "faults"] as const).flatMap((kind) => {
    const never = [...missing[kind].keys()].sort();
    return [
      `${kind}: ${coverage[kind].size} of ${coverage[kind].size + never.length}`,
      ...[...coverage[kind]].sort(([a], [b]) => a < b ? -1 : 1).map(countLine),
      ...(never.length === 0 ? [] : [`  never: ${never.join(", ")}`]),
    ];
  });
}

function countLine([name, count]: [string, number]): string {
  return `  ${String(count).padStart(10)}  ${name}`;
}

/** Describes a broken run: how to repeat it, and the smallest run that breaks the same invariant. */
function failureLines(
  report: SimulationReport,
  steps: number,
  { options, report: smaller, commands }: ShrunkRun,
): string[] {
  const { seed, workload, faults, agents } = smaller;
  const rates = Object.entries(faults).map(([name, rate]) => `${name}=${rate}`);
  const shrunk = `--faults ${rates.join() || "none"} --agents ${agents}`;
  return [
    `BROKEN ${report.broken!.message}`,
    `in step ${report.steps} of ${settingLine(report)}`,
    `replay: ${replayLine(report.seed, report.workload, steps)}`,
    `shrunk: ${replayLine(seed, workload, options.steps!)} ${shrunk}`,
    `  which breaks in step ${smaller.steps}: ${smaller.broken!.message}`,
    ...(commands === undefined ? [] : [
      `  and so do these ${commands.length} commands, on a machine with the config ${
        JSON.stringify(smaller.config)
      }:`,
      ...commands.map(({ command, at }) => `    ${at}  ${JSON.stringify(command)}`),
    ]),
  ];
}

function replayLine(seed: number, workload: string, steps: number): string {
  return `deno task sim --seed ${seed} --runs 1 --steps ${steps} --workload ${workload}`;
}

if (import.meta.main) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  try {
    if (Deno.args.some((arg) => arg === "--help" || arg === "-h")) console.log(USAGE);
    else {
      const given = readArguments(Deno.args, seed);
      Deno.exitCode = given.manager ? await simulateManagers(given) : simulateMachines(given);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    Deno.exitCode = 2;
  }
}
