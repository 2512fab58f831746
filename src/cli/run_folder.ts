/**
 * The folder of a run that is kept: its plan, its journal, and its report once it has ended.
 *
 * @module
 */

import { mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { LockstepError } from "../core/errors.ts";
import type { Journal } from "../core/journal.ts";
import type { RunReport } from "./report.ts";
import { systemCode, systemMessage } from "./system.ts";

/** The parts of a command line that are kept, so that the same run can go on. */
export interface Plan {
  /** The version of this file. */
  readonly format: 1;
  /** The name of the workflow file, for problems. */
  readonly name: string;
  /** Its text. */
  readonly source: string;
  /** The directory of the commands. */
  readonly directory: string;
  readonly only?: readonly string[];
  readonly agents?: number;
  readonly keepGoing: boolean;
}

/** A folder that can't be used as it is; the message says what to do. */
export class FolderError extends Error {
  override readonly name = "FolderError";
}

const PLAN = "workflow.json";
const REPORT = "report.json";
/** The database of a journal in a folder. */
export const DATABASE = "journal.sqlite";

/** Begins a run in a folder, which is made if there is none. @throws {FolderError} when it has a run */
export async function beginRun(folder: string, plan: Plan): Promise<void> {
  const attempt = `cannot keep the run in ${JSON.stringify(folder)}`;
  try {
    await mkdir(folder, { recursive: true });
    if (await exists(join(folder, REPORT))) {
      throw new FolderError(`${attempt}: it has a run that has ended; use another folder`);
    }
    if (await exists(join(folder, PLAN))) {
      throw new FolderError(`${attempt}: it has one that has not ended; ${continuing(folder)}`);
    }
    if (await exists(join(folder, DATABASE))) {
      throw new FolderError(`${attempt}: it has the journal of something else; use another folder`);
    }
    const file = await open(join(folder, PLAN), "wx");
    try {
      await file.writeFile(`${JSON.stringify(plan)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof FolderError || systemCode(error) === undefined) throw error;
    if (systemCode(error) === "EEXIST" && await exists(join(folder, PLAN))) {
      throw new FolderError(`${attempt}: another process has begun one; ${continuing(folder)}`);
    }
    throw new FolderError(`${attempt}: ${systemMessage(error)}`);
  }
}

function continuing(folder: string): string {
  return `lockstep run --resume ${folder} goes on with it`;
}

/** Returns the plan of a run. @throws {FolderError} when there is none */
export async function planOf(folder: string): Promise<Plan> {
  const attempt = `cannot resume the run in ${JSON.stringify(folder)}`;
  const text = await readIfPresent(join(folder, PLAN)).catch((error) => {
    throw new FolderError(`${attempt}: ${systemMessage(error)}`);
  });
  if (text === undefined) {
    throw new FolderError(
      `${attempt}: there is none; lockstep run --journal ${folder} FILE begins it`,
    );
  }
  const plan = parsePlan(text);
  if (typeof plan === "string") {
    throw new FolderError(`${attempt}: its ${PLAN} ${plan}`);
  }
  return plan;
}

/** Returns the plan in a text, or what is wrong with it. */
export function parsePlan(text: string): Plan | string {
  let plan: Partial<Plan> | null;
  try {
    plan = JSON.parse(text);
  } catch {
    return "is cut off or damaged, so that nothing is known of the run; delete the folder";
  }
  if (plan?.format !== 1) {
    return `must have format 1, got ${JSON.stringify(plan?.format)}; use the version that wrote it`;
  }
  const { name, source, directory, only, agents, keepGoing } = plan;
  const isWhole = [name, source, directory].every((each) => typeof each === "string") &&
    typeof keepGoing === "boolean" && (only === undefined || Array.isArray(only)) &&
    (agents === undefined || typeof agents === "number");
  return isWhole
    ? plan as Plan
    : "is damaged, so that nothing is known of the run; delete the folder";
}

/** Returns the text of the plan in a folder, or `undefined` when there is none. */
export function planTextOf(folder: string): Promise<string | undefined> {
  return readIfPresent(join(folder, PLAN));
}

/** Writes the text of a plan into a folder that has none. */
export async function writePlanText(folder: string, text: string): Promise<void> {
  await writeFile(join(folder, PLAN), text, { flag: "wx" });
}

/** Notes that a run has ended. */
export async function endRun(folder: string, report: RunReport): Promise<void> {
  const path = join(folder, REPORT);
  await writeFile(`${path}.new`, `${JSON.stringify(report)}\n`);
  await rename(`${path}.new`, path);
}

/** Makes `directory` the one in which commands run. @throws {FolderError} when it can't be */
export function enter({ directory }: Plan): void {
  if (resolve(directory) === process.cwd()) return;
  try {
    process.chdir(directory);
  } catch (error) {
    const where = `the directory in which its commands run, ${JSON.stringify(directory)}`;
    throw new FolderError(`cannot resume the run: ${where}: ${systemMessage(error)}`);
  }
}

/** Returns the journal in a folder. Loads what it needs: other runs don't. */
export async function journalIn(folder: string): Promise<Journal> {
  const { SqliteJournal } = await import("../journal/sqlite/mod.ts");
  class FolderJournal extends SqliteJournal {
    override async open(session: string): Promise<number> {
      try {
        return await super.open(session);
      } catch (error) {
        if (error instanceof LockstepError) throw error;
        const why = error instanceof Error ? error.message : String(error);
        throw new FolderError(`cannot open the journal in ${JSON.stringify(folder)}: ${why}`);
      }
    }
  }
  return new FolderJournal(folder);
}

/** Whether there is a file at `path`. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}
