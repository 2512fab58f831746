/**
 * `deno task sim`: simulates until time is over or something breaks.
 *
 * @module
 */

import { describeEvent } from "../../root/events.ts";
import { readArguments, type SimulatorArguments } from "./arguments.ts";
import { Coverage } from "./coverage.ts";
import { coverageLines, drawLine, failureLines } from "./report.ts";
import { shrink } from "./shrink.ts";
import { simulateManager } from "./simulate_manager.ts";
import { simulate, type SimulationOptions, type SimulationReport } from "./simulate.ts";

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
