/**
 * `deno task spec`: does the checks of `spec/models.json`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { check, type Outcome } from "./check.ts";
import { sha256 } from "./hash.ts";
import { cacheFolder, findJar, javaVersion, MissingToolError } from "./jar.ts";
import {
  folderOf,
  isOfMutants,
  isTlcModel,
  type Model,
  readModels,
  select,
  writeModels,
} from "./models.ts";
import { PassedChecks } from "./passed.ts";
import { writeReadme } from "./readme.ts";
import { table } from "./table.ts";
import { readRunner, Tlc } from "./tlc.ts";

const HELP = `Checks the specifications, and the machines against them.

Usage: deno task spec [options] [FOLDER...]     such as: deno task spec locking

Options:
  --only NAME   only the checks with NAME in their name, where a word begins
  --all         also the checks whose inputs are the same as when they passed, as in CI
  --list        show the checks and do nothing
  --keep        keep the folders in which TLC ran, and print their place; implies --all
  --write       keep the figures, alphabets and digests that are measured; implies --all
  --help        show this
`;

/** Number of checks side by side. A run of TLC alone does not keep a processor busy. */
const AT_ONCE = Math.min(4, navigator.hardwareConcurrency) + 1;

interface Options {
  readonly only: string | undefined;
  readonly all: boolean;
  readonly list: boolean;
  readonly keep: boolean;
  readonly write: boolean;
  readonly help: boolean;
}

/** An outcome, and whether it is that of an earlier run with the same inputs. */
interface Done extends Outcome {
  readonly unchanged: boolean;
}

async function main(args: string[]): Promise<number> {
  const flag = { type: "boolean", default: false } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: "string" },
      all: flag,
      list: flag,
      keep: flag,
      write: flag,
      help: flag,
    },
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
  // Explorations without a specification need neither.
  const needsTlc = chosen.some(isTlcModel);
  const java = needsTlc ? await javaVersion() : "";
  const jar = needsTlc ? await findJar() : "";
  const passed = runsAll(options) ? undefined : await openPassed(java, jar);
  const folder = await Deno.makeTempDir({ prefix: "lockstep-spec-" });
  const tlc = new Tlc(jar, folder);
  const done = new Map<Model, Done>();
  const checkOne = async (model: Model, key: string | undefined): Promise<Done> => {
    const place = `${folder}/${model.name.replaceAll("/", "-")}`;
    await Deno.mkdir(place);
    const settings = { tlc, folder: place, write: options.write };
    const outcome = await check(model, settings).catch(failed);
    if (!options.keep) await Deno.remove(place, { recursive: true });
    if (key !== undefined && outcome.problems.length === 0) await passed?.add(key, outcome);
    return { ...outcome, unchanged: false };
  };
  // The longest run first, as far as is known, so that the last ones to end are short.
  const queue = chosen.toSorted((a, b) => weight(b) - weight(a));
  const work = async () => {
    for (let model = queue.shift(); model !== undefined; model = queue.shift()) {
      const key = await passed?.keyOf(model);
      const known = key === undefined ? undefined : await passed?.find(key);
      if (known !== undefined) {
        done.set(model, { ...known, unchanged: true });
        continue;
      }
      const outcome = await checkOne(model, key);
      done.set(model, outcome);
      const mark = outcome.problems.length === 0 ? "ok    " : "FAILED";
      console.log(`${done.size}/${chosen.length} ${mark} ${model.name}: ${outcome.result}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await tlc.close();
  if (options.keep) console.log(`The folders of the checks are in ${folder}`);
  else await Deno.remove(folder, { recursive: true });
  if (options.write) await keep(models.map((model) => measured(model, done.get(model))));
  return report(chosen, done, (performance.now() - started) / 1000);
}

/** Whether checks run although nothing changed since they passed: always where CI is set. */
function runsAll({ all, keep, write }: Options): boolean {
  return all || keep || write || (Deno.env.get("CI") ?? "") !== "";
}

async function openPassed(java: string, jar: string): Promise<PassedChecks> {
  const tlc = jar === "" ? "" : await sha256(await Deno.readFile(jar)) + await readRunner();
  const versions = [Deno.version.deno, java, tlc];
  const passed = new PassedChecks(`${cacheFolder()}/passed`, versions.join("\n"));
  await passed.prepare();
  return passed;
}

async function keep(models: Model[]): Promise<void> {
  await writeModels(models);
  await writeReadme(models);
}

function weight(model: Model): number {
  if (isOfMutants(model) || model.kind === "proof") return Infinity;
  return model.figures?.transitions ?? 0;
}

function failed(error: unknown): Outcome {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  return { problems: [text], result: "error", seconds: 0 };
}

/** Returns `model` with the figures of a check that passed. */
function measured(model: Model, outcome: Outcome | undefined): Model {
  if (outcome === undefined || outcome.problems.length > 0) return model;
  if (isOfMutants(model)) return { ...model, mutants: outcome.caught! };
  if (model.kind === "proof") {
    return { ...model, proved: outcome.proved!, mutants: outcome.caught! };
  }
  const { figures, reached } = outcome;
  return { ...model, figures: figures!, ...(reached !== undefined && { reaches: reached }) };
}

function report(chosen: Model[], done: ReadonlyMap<Model, Done>, seconds: number): number {
  const rows: (string | number)[][] = chosen.map((model) => {
    const { problems, result, figures, seconds, unchanged } = done.get(model)!;
    const { states = "", transitions = "", depth = "" } = figures ?? {};
    return [
      model.name,
      expectation(model),
      result,
      ...[states, transitions, depth],
      unchanged ? "" : Math.round(seconds * 10) / 10,
      problems.length > 0 ? "FAILED" : unchanged ? "unchanged" : "",
    ];
  });
  const head = ["run", "expectation", "result", "states", "steps", "depth", "seconds"];
  console.log(table([head, ...rows]));
  const wrong = chosen.filter((model) => done.get(model)!.problems.length > 0);
  for (const model of wrong) {
    console.log(`\n${model.name} (${folderOf(model)}) failed:`);
    for (const problem of done.get(model)!.problems) console.log(problem);
  }
  const skipped = chosen.filter((model) => done.get(model)!.unchanged).length;
  const ran = chosen.length - skipped;
  console.log(`\n${ran - wrong.length} of ${ran} checks passed in ${seconds.toFixed(0)} s`);
  if (skipped > 0) {
    console.log(`${skipped} were skipped, unchanged since they passed; --all runs them, too`);
  }
  return wrong.length === 0 ? 0 : 1;
}

function expectation(model: Model): string {
  switch (model.kind) {
    case "graph":
      return "equal";
    case "trace":
      return "judged";
    case "code-mutants":
    case "variants":
      return `${model.mutants} caught`;
    case "proof":
      return "proved";
    case "exploration":
      return "holds";
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
