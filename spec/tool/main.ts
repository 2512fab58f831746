/**
 * `deno task spec`: checks all that `spec/models.json` lists.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { check, type Outcome } from "./check.ts";
import { findJar, MissingToolError, requireJava } from "./jar.ts";
import { folderOf, type Model, readModels, select, writeModels } from "./models.ts";
import { writeReadme } from "./readme.ts";
import { table } from "./table.ts";

const HELP = `Checks the specifications, and the machines against them.

Usage: deno task spec [options] [FOLDER...]     such as: deno task spec locking

Options:
  --only NAME   only the checks with NAME in their name
  --list        show the checks and do nothing
  --keep        keep the folders in which TLC ran, and say where they are
  --write       keep the figures, alphabets and digests that are measured
  --help        show this
`;

/** How many checks are done at once. */
const AT_ONCE = 2;

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
  const outcomes = new Map<Model, Outcome>();
  // What takes longest begins first, as far as is known.
  const queue = chosen.toSorted((a, b) => weight(b) - weight(a));
  const work = async () => {
    for (let model = queue.shift(); model !== undefined; model = queue.shift()) {
      const place = `${folder}/${model.name.replaceAll("/", "-")}`;
      await Deno.mkdir(place);
      const outcome = await check(model, { jar, folder: place, write: options.write })
        .catch(failed);
      outcomes.set(model, outcome);
      const mark = outcome.problems.length === 0 ? "ok    " : "FAILED";
      console.log(`${outcomes.size}/${chosen.length} ${mark} ${model.name}: ${outcome.result}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (options.keep) console.log(`The folders of the checks are in ${folder}`);
  else await Deno.remove(folder, { recursive: true });
  if (options.write) await keep(models.map((model) => withFigures(model, outcomes)));
  return report(chosen, outcomes, (performance.now() - started) / 1000);
}

async function keep(models: Model[]): Promise<void> {
  await writeModels(models);
  await writeReadme(models);
}

function weight(model: Model): number {
  if (model.kind === "machine-mutants") return Infinity;
  return model.figures?.transitions ?? 0;
}

function failed(error: unknown): Outcome {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  return { problems: [text], result: "error", states: 0, transitions: 0, depth: 0, seconds: 0 };
}

function withFigures(model: Model, outcomes: ReadonlyMap<Model, Outcome>): Model {
  const outcome = outcomes.get(model);
  if (outcome === undefined || outcome.problems.length > 0) return model;
  if (model.kind === "machine-mutants" || model.kind === "trace") return model;
  if (model.violates !== undefined) return model;
  const { states, transitions, depth } = outcome;
  return { ...model, figures: { states, transitions, depth } };
}

function report(chosen: Model[], outcomes: ReadonlyMap<Model, Outcome>, seconds: number): number {
  const rows: (string | number)[][] = chosen.map((model) => {
    const { problems, result, states, depth, seconds } = outcomes.get(model)!;
    const mark = problems.length === 0 ? "" : "FAILED";
    return [
      model.name,
      expectation(model),
      result,
      states,
      depth,
      Math.round(seconds * 10) / 10,
      mark,
    ];
  });
  console.log(table([["run", "expectation", "result", "states", "depth", "seconds"], ...rows]));
  const wrong = chosen.filter((model) => outcomes.get(model)!.problems.length > 0);
  for (const model of wrong) {
    console.log(`\n${model.name} (${folderOf(model)}) failed:`);
    for (const problem of outcomes.get(model)!.problems) console.log(problem);
  }
  console.log(
    `\n${chosen.length - wrong.length} of ${chosen.length} checks passed in ${
      seconds.toFixed(0)
    } s`,
  );
  return wrong.length === 0 ? 0 : 1;
}

function expectation(model: Model): string {
  switch (model.kind) {
    case "graph":
      return "equal";
    case "trace":
      return "judged";
    case "machine-mutants":
      return `at least ${model.atLeast} caught`;
    default:
      return model.violates?.property ?? "holds";
  }
}

function explain(error: unknown): number {
  if (!(error instanceof MissingToolError)) throw error;
  console.error(error.message);
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args).catch(explain));
