/**
 * `lockstep plan`.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { type PlanChange, PlanError, type PlanTask, submitPlan } from "../../client/plan.ts";
import { PlanFileError, readPlan } from "../plan_file.ts";
import { type Context, EXIT, UsageError } from "../verb.ts";

/** `lockstep plan`. */
export async function plan(context: Context): Promise<number | void> {
  const [file] = context.need(1);
  const text = read(file!);
  let lines: ReadonlyMap<string, number> = new Map();
  try {
    const { tasks, withIds, ...rest } = readPlan(file!, text);
    lines = rest.lines;
    const isDry = context.has("dry-run");
    const changes = await submitPlan(await context.client(), tasks, isDry);
    if (withIds !== undefined && context.has("write-ids") && !isDry) writeFileSync(file!, withIds);
    context.answer({ changes }, () => {
      const byId = new Map(tasks.map((task) => [task.id, task]));
      const said = changes.map((each) => describe(each, byId));
      const hint = withIds !== undefined && !context.has("write-ids")
        ? ["Ids are made of titles; --write-ids writes them down, so that titles may change."]
        : [];
      return [...said, ...hint].join("\n");
    });
  } catch (error) {
    const line = error instanceof PlanFileError
      ? error.line
      : error instanceof PlanError
      ? lines.get(error.taskId)
      : undefined;
    if (!(error instanceof PlanFileError || error instanceof PlanError)) throw error;
    process.stderr.write(`${file}${line === undefined ? "" : `:${line}`}: ${error.message}\n`);
    return EXIT.usage;
  }
}

/** Returns a line such as `updated       release: needs auth, list; title`. */
function describe(
  { id, change, fields = [] }: PlanChange,
  tasks: ReadonlyMap<string, PlanTask>,
): string {
  const task = tasks.get(id)!;
  const listed = (field: string, all: readonly string[] = []) =>
    `${field} ${all.length === 0 ? "nothing" : all.join(", ")}`;
  const named = fields.map((field) => {
    if (field === "needs") {
      return listed(field, task.needs?.filter((need) => tasks.get(need)?.done !== true));
    }
    if (field === "files" || field === "locks") return listed(field, task[field]);
    return field === "priority" ? `priority ${task.priority ?? 0}` : field;
  });
  const what = change === "differs" ? fields.join(", ") : named.join("; ");
  return `${change.padEnd(13)} ${id}${what === "" ? "" : `: ${what}`}`;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${JSON.stringify(file)}: ${(error as Error).message}`);
  }
}
