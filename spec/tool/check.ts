/**
 * Does one check of the list and judges its result.
 *
 * @module
 */

import { alphabetModule } from "./alphabet.ts";
import { digestFile, digestOf } from "./digests.ts";
import { readDot } from "./dot.ts";
import { checkExploration, checkVariants } from "./explorations.ts";
import { findDifference, findUnnamed, readGraph } from "./graphs.ts";
import { type Figures, folderOf, type Model, type TlcModel } from "./models.ts";
import { tlcFilesOf } from "./modules.ts";
import { checkMutants } from "./mutants.ts";
import { checkProof } from "./proof/check.ts";
import { type GraphModel, loadSubject, type Trace } from "./subject.ts";
import { counterexampleTable } from "./table.ts";
import type { Tlc, TlcResult } from "./tlc.ts";
import { misjudged, traceModule } from "./traces.ts";
import { misreached, reachedIn, WITNESSES, witnessModule } from "./witnesses.ts";

/** Settings of a check. */
export interface Settings {
  readonly tlc: Tlc;
  /** An empty folder that the check may write to. */
  readonly folder: string;
  /** Whether measured figures replace those that are kept, instead of being compared with them. */
  readonly write: boolean;
}

/** Result of a check. */
export interface Outcome {
  /** Everything that is wrong; empty when the check passes. */
  readonly problems: readonly string[];
  /** A few words for the table. */
  readonly result: string;
  /** Size of TLC's run; `undefined` when TLC did not run. */
  readonly figures?: Figures;
  /** The depth of the first state that violates each definition that must be violated somewhere. */
  readonly reached?: Readonly<Record<string, number>>;
  /** Number of mutants that were caught. */
  readonly caught?: number;
  /** Number of formulas that were proved. */
  readonly proved?: number;
  readonly seconds: number;
}

const SPEC = new URL("../", import.meta.url);
const TIMEOUT_MS = 600_000;

/** Does the check. */
export async function check(model: Model, settings: Settings): Promise<Outcome> {
  switch (model.kind) {
    case "code-mutants":
      return await checkMutants(model, settings.folder, settings.write);
    case "proof":
      return await checkProof(model, settings.write);
    case "exploration":
      return await checkExploration(model, settings.write);
    case "variants":
      return await checkVariants(model, settings.write);
    case "graph":
      return await checkGraph(model, settings);
    case "trace":
      return await checkTraces(model, settings);
    default:
      return await checkProperties(model, settings);
  }
}

/** Checks properties, and that the states are reached that must be. */
async function checkProperties(model: TlcModel, settings: Settings): Promise<Outcome> {
  const files = await tlcFilesOf(model);
  const { reaches, module } = model;
  if (reaches === undefined) {
    const result = await run(model, settings, files);
    return outcomeOf(model, result, judge(model, result, settings.write));
  }
  files.set(`${WITNESSES}.tla`, witnessModule(module, Object.keys(reaches)));
  const result = await run(model, settings, files, { module: WITNESSES });
  const reached = reachedIn(result.output);
  const expected = settings.write ? { ...reaches, ...reached } : reaches;
  const problems = judge(model, result, settings.write);
  problems.push(...misreached(expected, reached));
  return { ...outcomeOf(model, result, problems), reached };
}

/** Compares the graph of the machine with the one that TLC finds. */
async function checkGraph(model: TlcModel, settings: Settings): Promise<Outcome> {
  const { graphs, modules = new Map() } = await loadSubject(folderOf(model));
  const graph = graphs.get(model.subject ?? "");
  if (graph === undefined) {
    throw new Error(`Cannot check ${model.name}: the binding must have a graph "${model.subject}"`);
  }
  const { write, folder } = settings;
  await graph.exploreAll?.();
  const { module } = graph.alphabet;
  const problems = [];
  for (const [name, text] of modules) problems.push(...await checkGenerated(name, text(), write));
  const files = await tlcFilesOf(model);
  const alphabet = alphabetModule(graph.alphabet);
  files.set(`${module}.tla`, alphabet);
  problems.push(...await checkGenerated(module, alphabet, write));
  const result = await run(model, settings, files, { module, dump: true });
  problems.push(...judge(model, result, write));
  // Where the figures differ, the difference of the graphs says why.
  if (result.exit === 0) problems.push(...await compare(model, graph, folder, write));
  return outcomeOf(model, result, problems);
}

/** Checks that TLC follows recorded runs as far as it must. */
async function checkTraces(model: TlcModel, settings: Settings): Promise<Outcome> {
  const sets = (await loadSubject(folderOf(model))).traces;
  const traces = await sets.get(model.subject ?? "")?.();
  if (traces === undefined || traces.length === 0) {
    throw new Error(`Cannot check ${model.name}: the binding must have traces "${model.subject}"`);
  }
  const files = await tlcFilesOf(model);
  files.set("TraceData.tla", traceModule(traces));
  const result = await run(model, settings, files);
  const problems = judge(model, result, settings.write);
  if (result.exit === 0) {
    const [first, ...others] = misjudged(traces, result.output);
    problems.push(...others.map(({ problem }) => problem));
    if (first !== undefined) {
      problems.push(first.problem, await follow(model, first.trace, settings, files));
    }
  }
  return outcomeOf(model, result, problems);
}

/** Shows as a table how far the specification follows a run. */
async function follow(
  model: TlcModel,
  trace: Trace,
  settings: Settings,
  files: Map<string, string>,
): Promise<string> {
  files.set("TraceData.tla", traceModule([trace]));
  return explain(await run(model, settings, files, { deadlock: true }));
}

/** Runs TLC with `files` in its folder. */
async function run(
  { module }: TlcModel,
  { tlc, folder }: Settings,
  files: ReadonlyMap<string, string>,
  options: { readonly module?: string; readonly dump?: boolean; readonly deadlock?: boolean } = {},
): Promise<TlcResult> {
  for (const [name, text] of files) await Deno.writeTextFile(`${folder}/${name}`, text);
  const job = { folder, module, config: "check", dump: false, timeoutMs: TIMEOUT_MS };
  return await tlc.run({ ...job, ...options });
}

function outcomeOf(model: TlcModel, result: TlcResult, problems: readonly string[]): Outcome {
  const { states, transitions, depth, seconds } = result;
  const figures = { states, transitions, depth };
  return { problems, result: describe(model, result), figures, seconds };
}

/** Compares a generated module with the one that is kept. */
async function checkGenerated(module: string, text: string, write: boolean): Promise<string[]> {
  const file = new URL(`gen/${module}.tla`, SPEC);
  const kept = await Deno.readTextFile(file).catch(() => "");
  if (kept === text) return [];
  if (!write) return [`spec/gen/${module}.tla is out of date; deno task spec --write renews it`];
  await Deno.writeTextFile(file, text);
  return [];
}

/** Returns what is wrong with a run of TLC: its exit code, the violated property, its figures. */
export function judge(model: TlcModel, result: TlcResult, write: boolean): string[] {
  const { exit, violated } = result;
  const expected = model.violates;
  if (exit !== (expected?.exit ?? 0)) {
    return [
      `TLC ended with ${meaning(exit)}, not with ${meaning(expected?.exit ?? 0)}`,
      explain(result),
    ];
  }
  // TLC does not name a temporal property; then it is the only one of the run.
  const name = violated ?? model.property;
  if (expected !== undefined && name !== expected.property) {
    return [`${name} is violated, not ${expected.property}`];
  }
  if (result.states === 0) return ["TLC found no states"];
  if (write) return [];
  const { figures } = model;
  if (figures === undefined) return ["its figures are missing; deno task spec --write adds them"];
  return (["states", "transitions", "depth"] as const).flatMap((name) =>
    figures[name] === result[name] ? [] : [`${name}: ${result[name]}, not ${figures[name]}`]
  );
}

const MEANINGS = new Map([
  [-1, "a timeout"],
  [0, "no violation (0)"],
  [10, "a violated assumption (10)"],
  [11, "a deadlock (11)"],
  [12, "a violated invariant (12)"],
  [13, "a violated property (13)"],
  [75, "an evaluation that failed (75)"],
  [76, "an evaluation that failed (76)"],
  [150, "a module that can't be read (150)"],
  [151, "a configuration that can't be read (151)"],
  [255, "an error (255)"],
]);

function meaning(exit: number): string {
  return MEANINGS.get(exit) ?? `an error (${exit})`;
}

function explain(result: TlcResult): string {
  if (result.counterexample.length > 0) {
    const name = result.violated ?? "a property";
    return `${name} does not hold:\n${counterexampleTable(result, nameOf)}`;
  }
  const lines = result.output.split("\n").filter((line) =>
    line !== "" &&
    !/^(TLC2|Running|Parsing|Semantic|Starting|Implied|Computing|Finished)/.test(line)
  );
  return lines.slice(0, 30).join("\n");
}

/** The type of the event that led to a state, or the name of the definition that did. */
function nameOf(action: string, state: ReadonlyMap<string, string>): string {
  const told = /"type":"([^"]+)"/.exec(state.get("told") ?? "")?.[1];
  return told === undefined || told === "nothing" ? action : told;
}

/** Compares TLC's graph with itself, its names left out; with the machine's; and with the digest. */
async function compare(
  model: TlcModel,
  { explore, reading }: GraphModel,
  folder: string,
  write: boolean,
): Promise<string[]> {
  const dot = await readDot(`${folder}/graph.dot`);
  const unnamed = findUnnamed(dot);
  if (unnamed !== undefined) return [unnamed];
  const spec = readGraph(dot, reading);
  const difference = findDifference(spec, await explore());
  if (difference !== undefined) return [difference];
  const digest = JSON.stringify(await digestOf(spec), null, 2) + "\n";
  const file = digestFile(folderOf(model), model.subject!);
  if (write) await Deno.writeTextFile(file, digest);
  const kept = await Deno.readTextFile(file).catch(() => "");
  return kept === digest ? [] : [`the graph is not the one of ${file.pathname.split("/").at(-1)}`];
}

function describe(model: TlcModel, { exit, violated }: TlcResult): string {
  if (exit === 0) {
    return model.kind === "graph" ? "equal" : model.kind === "trace" ? "judged" : "holds";
  }
  return violated ?? (exit === 13 ? model.property ?? "a property" : meaning(exit));
}
