/**
 * `deno task spec`: does the checks of `spec/models.json`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { check, type Outcome } from "./check.ts";
import { findJar, requireJava } from "./jar.ts";
import { folderOf, type Model, readModels, select, writeModels } from "./models.ts";
import { writeReadme } from "./readme.ts";
import { table } from "./table.ts";

const HELP = `Checks the specifications, and the machines against them.

Usage: deno task spec [options] [FOLDER...]     such as: deno task spec locking

Options:
  --only NAME   only the checks with NAME in their name
  --list        show the checks and do nothing
  --keep        keep the folders in which TLC ran, and print their place
  --write       keep the figures, alphabets and digests that are measured
  --help        show this
`;

/** Number of checks side by side. A run of TLC alone does not keep a processor busy. */
const AT_ONCE = Math.min(4, navigator.hardwareConcurrency) + 1;

interface Options {
  readonly only: string | undefined;
  readonly list: boolean;
  readonly keep: boolean;
  readonly write: boolean;
  readonly help: boolean;
}

async function main(args: string[]): Promise<number> {
  const flag = { type: "boolean", default: false } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { only: { type: "string" }, list: flag, keep: flag, write: flag, help: flag },
  });
  const options: Options = { ...values, only: values.only };
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const models = await readModels();
  const chosen = select(models, positionals, options.only);
  if (chosen.length === 0) {
    console.error("Cannot check: no check has such a name, see --list");
    return 2;
  }
  if (options.list) {
    console.log(table(chosen.map(({ name, kind, shows }) => [name, kind, shows])));
    return 0;
  }
  return await checkAll(models, chosen, options);
}

async function checkAll(models: Model[], chosen: Model[], options: Options): Promise<number> {
  const started = performance.now();
  await requireJava();
  const jar = await findJar();
  const folder = await Deno.makeTempDir({ prefix: "lockstep-spec-" });
  const done = new Map<Model, Outcome>();
  const checkOne = async (model: Model): Promise<Outcome> => {
    const place = `${folder}/${model.name.replaceAll("/", "-")}`;
    await Deno.mkdir(place);
    const outcome = await check(model, { jar, folder: place, write: options.write }).catch(failed);
    if (!options.keep) await Deno.remove(place, { recursive: true });
    return outcome;
  };
  // The longest run first, as far as is known, so that the last ones to end are short.
  const queue = chosen.toSorted((a, b) => weight(b) - weight(a));
  const work = async () => {
    for (let model = queue.shift(); model !== undefined; model = queue.shift()) {
      const outcome = await checkOne(model);
      done.set(model, outcome);
      const mark = outcome.problems.length === 0 ? "ok    " : "FAILED";
      console.log(`${done.size}/${chosen.length} ${mark} ${model.name}: ${outcome.result}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (options.keep) console.log(`The folders of the checks are in ${folder}`);
  else await Deno.remove(folder, { recursive: true });
  if (options.write) await keep(models.map((model) => measured(model, done.get(model))));
  return report(chosen, done, (performance.now() - started) / 1000);
}

async function keep(models: Model[]): Promise<void> {
  await writeModels(models);
  await writeReadme(models);
}

function weight(model: Model): number {
  if (model.kind === "code-mutants") return Infinity;
  return model.figures?.transitions ?? 0;
}

function failed(error: unknown): Outcome {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  return { problems: [text], result: "error", seconds: 0 };
}

/** Returns `model` with the figures of a check that passed. */
function measured(model: Model, outcome: Outcome | undefined): Model {
  if (outcome === undefined || outcome.problems.length > 0) return model;
  if (model.kind === "code-mutants") return { ...model, mutants: outcome.caught! };
  return { ...model, figures: outcome.figures! };
}

function report(chosen: Model[], done: ReadonlyMap<Model, Outcome>, seconds: number): number {
  const rows: (string | number)[][] = chosen.map((model) => {
    const { problems, result, figures, seconds } = done.get(model)!;
    const { states = "", transitions = "", depth = "" } = figures ?? {};
    return [
      model.name,
      expectation(model),
      result,
      ...[states, transitions, depth],
      Math.round(seconds * 10) / 10,
      problems.length > 0 ? "FAILED" : "",
    ];
  });
  const head = ["run", "expectation", "result", "states", "steps", "depth", "seconds"];
  console.log(table([head, ...rows]));
  const wrong = chosen.filter((model) => done.get(model)!.problems.length > 0);
  for (const model of wrong) {
    console.log(`\n${model.name} (${folderOf(model)}) failed:`);
    for (const problem of done.get(model)!.problems) console.log(problem);
  }
  const passed = chosen.length - wrong.length;
  console.log(`\n${passed} of ${chosen.length} checks passed in ${seconds.toFixed(0)} s`);
  return wrong.length === 0 ? 0 : 1;
}

function expectation(model: Model): string {
  switch (model.kind) {
    case "graph":
      return "equal";
    case "trace":
      return "judged";
    case "code-mutants":
      return `${model.mutants} caught`;
    default:
      return model.violates?.property ?? "holds";
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
