/**
 * Does one check of the list, and judges what came of it.
 *
 * @module
 */

import { alphabetModule } from "./alphabet.ts";
import { digestFile, digestOf } from "./digests.ts";
import { readDot } from "./dot.ts";
import { findDifference, readGraph } from "./graphs.ts";
import { folderOf, type Model, type TlcModel } from "./models.ts";
import { checkMutants } from "./mutants.ts";
import { type GraphModel, loadSubject, type Trace } from "./subject.ts";
import { counterexampleTable } from "./table.ts";
import { runTlc, type TlcResult } from "./tlc.ts";
import { misjudged, traceModule } from "./traces.ts";

/** How a check is done. */
export interface Surroundings {
  readonly jar: string;
  /** Where the check may write. */
  readonly folder: string;
  /** Whether measured figures replace those that are kept, instead of being held to them. */
  readonly write: boolean;
}

/** What came of a check. */
export interface Outcome {
  /** What is wrong; nothing when all is as it must be. */
  readonly problems: readonly string[];
  /** In a few words. */
  readonly result: string;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
}

const SPEC = new URL("../", import.meta.url);
const TIMEOUT_MS = 600_000;

/** Does the check. */
export async function check(model: Model, surroundings: Surroundings): Promise<Outcome> {
  const subject = model.kind === "safety" || model.kind === "live" || model.kind === "witness" ||
      model.kind === "mutant"
    ? undefined
    : await loadSubject(folderOf(model));
  if (model.kind === "machine-mutants") return await checkMutants(model, surroundings.folder);
  const graph = subject?.graphs.get(model.subject ?? "");
  const traces = await subject?.traces.get(model.subject ?? "")?.();
  if ((model.kind === "graph" || model.kind === "complete") && graph === undefined) {
    throw new Error(`Cannot check ${model.name}: the binding must have a graph "${model.subject}"`);
  }
  if (model.kind === "trace" && (traces === undefined || traces.length === 0)) {
    throw new Error(`Cannot check ${model.name}: the binding must have traces "${model.subject}"`);
  }
  const problems: string[] = [];
  await furnish(model, surroundings.folder, graph, traces);
  if (graph !== undefined) problems.push(...await checkGenerated(graph, surroundings.write));
  const result = await runTlc({
    jar: surroundings.jar,
    folder: surroundings.folder,
    module: graph === undefined ? model.module : graph.alphabet.module,
    config: "check",
    dump: model.kind === "graph",
    timeoutMs: TIMEOUT_MS,
  });
  problems.push(...judge(model, result, surroundings.write));
  if (traces !== undefined && problems.length === 0) {
    const [first, ...others] = misjudged(traces, result.output);
    problems.push(...others.map(({ problem }) => problem));
    if (first !== undefined) {
      problems.push(first.problem, await follow(model, first.trace, surroundings));
    }
  }
  if (model.kind === "graph" && problems.length === 0) {
    problems.push(...await compare(model, graph!, surroundings));
  }
  return { ...result, problems, result: describe(model, result) };
}

/** How far the specification follows a run, as a table. */
async function follow(
  model: TlcModel,
  trace: Trace,
  { jar, folder }: Surroundings,
): Promise<string> {
  await Deno.writeTextFile(`${folder}/TraceData.tla`, traceModule([trace]));
  const job = { jar, folder, module: model.module, config: "check", dump: false };
  return explain(await runTlc({ ...job, deadlock: true, timeoutMs: TIMEOUT_MS }));
}

/** Puts all that TLC reads into its folder. */
async function furnish(
  model: TlcModel,
  folder: string,
  graph: GraphModel | undefined,
  traces: readonly Trace[] | undefined,
): Promise<void> {
  const source = new URL(`${folderOf(model)}/`, SPEC);
  for await (const { name } of Deno.readDir(source)) {
    if (name.endsWith(".tla")) await Deno.copyFile(new URL(name, source), `${folder}/${name}`);
  }
  if (graph !== undefined) {
    const { alphabet } = graph;
    await Deno.writeTextFile(`${folder}/${alphabet.module}.tla`, alphabetModule(alphabet));
  }
  if (traces !== undefined) {
    await Deno.writeTextFile(`${folder}/TraceData.tla`, traceModule(traces));
  }
  const config = await Deno.readTextFile(new URL(`cfg/${model.config}.cfg`, source));
  await Deno.writeTextFile(`${folder}/check.cfg`, configOf(model, config));
}

function configOf({ replace = {}, property, invariant }: TlcModel, config: string): string {
  const lines = Object.entries(replace).map(([name, other]) => `CONSTANT ${name} <- ${other}`);
  if (property !== undefined) lines.push(`PROPERTY ${property}`);
  if (invariant !== undefined) lines.push(`INVARIANT ${invariant}`);
  return `${config}\n${lines.join("\n")}\n`;
}

async function checkGenerated({ alphabet }: GraphModel, write: boolean): Promise<string[]> {
  const file = new URL(`gen/${alphabet.module}.tla`, SPEC);
  const text = alphabetModule(alphabet);
  if (write) await Deno.writeTextFile(file, text);
  const kept = await Deno.readTextFile(file).catch(() => "");
  if (kept === text) return [];
  return [`spec/gen/${alphabet.module}.tla is out of date; deno task spec --write renews it`];
}

/** What is wrong with TLC's result as such. */
export function judge(model: TlcModel, result: TlcResult, write: boolean): string[] {
  const { exit, violated, states, transitions, depth } = result;
  const expected = model.violates;
  if (exit !== (expected?.exit ?? 0)) {
    return [
      `TLC ended with ${meaning(exit)}, not with ${meaning(expected?.exit ?? 0)}`,
      explain(result),
    ];
  }
  if (expected !== undefined) {
    // TLC does not name a temporal property; then it is the only one of the run.
    const name = violated ?? model.property;
    return name === expected.property ? [] : [`${name} is violated, not ${expected.property}`];
  }
  if (states === 0) return ["TLC found no states"];
  if (write || model.kind === "trace") return [];
  const { figures } = model;
  if (figures === undefined) return ["its figures are missing; deno task spec --write adds them"];
  return (["states", "transitions", "depth"] as const).flatMap((name) =>
    figures[name] === { states, transitions, depth }[name]
      ? []
      : [`${name}: ${{ states, transitions, depth }[name]}, not ${figures[name]}`]
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

/** The event that a state says it came from, or the name of the definition that made it. */
function nameOf(action: string, state: ReadonlyMap<string, string>): string {
  const told = /"type":"([^"]+)"/.exec(state.get("told") ?? "")?.[1];
  return told === undefined || told === "nothing" ? action : told;
}

async function compare(
  model: TlcModel,
  { explore, reading }: GraphModel,
  { folder, write }: Surroundings,
): Promise<string[]> {
  const spec = readGraph(await readDot(`${folder}/graph.dot`), reading);
  const machine = explore();
  const difference = findDifference(spec, machine);
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
