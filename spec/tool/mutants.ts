/**
 * Broken copies of a machine: each must be noticed, or the checks prove nothing.
 *
 * A copy of the sources is changed in one place and explored by a process of its own, whose digests
 * of graphs must then differ from those that are kept, unless it breaks down.
 *
 * @module
 */

import type { Outcome } from "./check.ts";
import { folderOf, type MachineMutants } from "./models.ts";
import type { CodeMutant, Subject } from "./subject.ts";

const ROOT = new URL("../../", import.meta.url);
const COPIED = ["src", "spec", "mod.ts", "deno.json", "deno.lock"];
const TIMEOUT_MS = 300_000;

/** Explores every mutant of `subject`. */
export async function checkMutants(
  model: MachineMutants,
  { mutants }: Subject,
  folder: string,
): Promise<Outcome> {
  const started = performance.now();
  const problems: string[] = [];
  if (mutants.length < model.atLeast) problems.push(`there are only ${mutants.length} mutants`);
  for (const entry of COPIED) await copy(new URL(entry, ROOT).pathname, `${folder}/${entry}`);
  if (!await isUnchanged(folder, folderOf(model))) {
    problems.push("the copy is not like the original before anything is broken");
  }
  for (const mutant of mutants) {
    const problem = await tryMutant(mutant, folder, folderOf(model));
    if (problem !== undefined) problems.push(`${mutant.name}: ${problem}`);
  }
  const caught = Math.max(0, mutants.length - problems.length);
  const seconds = (performance.now() - started) / 1000;
  return {
    problems,
    result: `${caught} caught`,
    states: 0,
    transitions: 0,
    depth: 0,
    seconds,
  };
}

async function tryMutant(
  { file, find, replace }: CodeMutant,
  folder: string,
  subject: string,
): Promise<string | undefined> {
  const path = `${folder}/${file}`;
  const text = await Deno.readTextFile(path);
  if (text.split(find).length !== 2) return `its text must be in ${file} once`;
  await Deno.writeTextFile(path, text.replace(find, () => replace));
  try {
    return await isUnchanged(folder, subject) ? "nothing noticed it" : undefined;
  } catch (error) {
    return String(error);
  } finally {
    await Deno.writeTextFile(path, text);
  }
}

/**
 * Whether the copy in `folder` has the graphs that are kept, and doesn't break down.
 *
 * @throws {Error} when that can't be told in time
 */
async function isUnchanged(folder: string, subject: string): Promise<boolean> {
  const { success, signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${folder}/spec/tool/digests.ts`, subject],
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).output();
  if (signal !== null) throw new Error(`Cannot tell what is broken: it must take ${TIMEOUT_MS} ms`);
  return success;
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
