/**
 * The agents that have joined from command lines, and their tokens, in files of the user. Each worktree
 * remembers the agent that joined in it last: there, that one acts.
 *
 * @module
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Home, writePrivate } from "../service/home.ts";
import { worktreeGitFolder } from "./git.ts";
import { UsageError } from "./verb.ts";

/** Keeps the token of an agent, which acts in this worktree from now on. */
export function writeIdentity(home: Home, agentId: string, token: string): void {
  mkdirSync(folderOf(home), { recursive: true, mode: 0o700 });
  writePrivate(join(folderOf(home), fileOf(agentId)), `${token}\n`);
  const path = worktreeFile();
  if (path !== undefined) writePrivate(path, `${agentId}\n`);
}

/** Returns the agent that acts in this worktree; `undefined` when none has joined in it. */
export function identityOf(home: Home): string | undefined {
  const path = worktreeFile();
  if (path === undefined || !existsSync(path)) return undefined;
  const agentId = readFileSync(path, "utf8").trim();
  return filesIn(home).includes(fileOf(agentId)) ? agentId : undefined;
}

/** Forgets the token of an agent. */
export function removeIdentity(home: Home, agentId: string): void {
  rmSync(join(folderOf(home), fileOf(agentId)), { force: true });
}

/** Returns the token of an agent; without a name, of that of this worktree or the only one that has joined. */
export function readIdentity(home: Home, given: string | undefined): string {
  const files = filesIn(home);
  const name = given ?? identityOf(home);
  if (name === undefined && files.length !== 1) {
    const rule = files.length === 0
      ? 'no agent has joined: run "lockstep join NAME" first'
      : `several agents have joined: choose one with --as or LOCKSTEP_AGENT (${
        files.map(decodeURIComponent).join(", ")
      })`;
    throw new UsageError(`Cannot tell which agent acts: ${rule}`);
  }
  const file = name === undefined ? files[0]! : fileOf(name);
  if (!files.includes(file)) {
    throw new UsageError(
      `Agent ${JSON.stringify(name)} has not joined: run "lockstep join ${name}"`,
    );
  }
  return readFileSync(join(folderOf(home), file), "utf8").trim();
}

/** Returns the token of an agent if it has joined. */
export function findIdentity(home: Home, name: string): string | undefined {
  return filesIn(home).includes(fileOf(name)) ? readIdentity(home, name) : undefined;
}

function filesIn(home: Home): string[] {
  try {
    return readdirSync(folderOf(home));
  } catch {
    return [];
  }
}

function worktreeFile(): string | undefined {
  const folder = worktreeGitFolder();
  return folder && join(folder, "lockstep-agent");
}

function folderOf({ folder }: Home): string {
  return join(folder, "agents");
}

/** Returns a name for a file that no id can leave the folder by. */
function fileOf(agentId: string): string {
  return encodeURIComponent(agentId).replaceAll(".", "%2E").replaceAll("*", "%2A");
}
