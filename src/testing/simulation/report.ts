/**
 * Simulations told as text.
 *
 * @module
 */

import type { Counts, Coverage } from "./coverage.ts";
import type { SimulationReport } from "./simulate.ts";
import type { ShrunkRun } from "./shrink.ts";

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
