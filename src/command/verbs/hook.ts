/**
 * `lockstep hook`: guards that refuse edits of what other agents have reserved.
 *
 * @module
 */

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import process from "node:process";
import { didYouMean } from "../../core/arguments.ts";
import { LocalClient } from "../../client/local/mod.ts";
import { ConnectionError } from "../../client/transport.ts";
import { findHome, HomeError } from "../../service/home.ts";
import { git, patternOf, stagedPaths, worktreeGitFolder } from "../git.ts";
import { findIdentity, identityOf } from "../identities.ts";
import { programCommand } from "../program.ts";
import { clean } from "../run_verb.ts";
import { type Context, EXIT, UsageError } from "../verb.ts";

const KINDS = ["git", "claude-code"] as const;
type Kind = (typeof KINDS)[number];

/** The paths of one check at most. */
const MOST_PATHS = 100;

/** `lockstep hook`. */
export async function hook(context: Context): Promise<number> {
  const [action, kind] = context.need(2) as [string, Kind];
  if (!KINDS.includes(kind)) {
    const rule = `hook must be for ${KINDS.join(" or ")}, got ${JSON.stringify(kind)}`;
    throw new UsageError(rule + didYouMean(kind, KINDS));
  }
  const down = context.text("down") ?? "warn";
  if (!["allow", "warn", "block"].includes(down)) {
    throw new UsageError(`--down must be allow, warn or block, got ${JSON.stringify(down)}`);
  }
  switch (action) {
    case "install":
      return install(context, kind, down);
    case "check":
      return check(context, kind);
    case "remove":
      return remove(context, kind);
    case "run":
      return await run(context, kind, down);
    default: {
      const rule = `hook must be given install, check or remove, got ${JSON.stringify(action)}`;
      throw new UsageError(rule + didYouMean(action, ["install", "check", "remove"]));
    }
  }
}

// Installation

const BEGIN = "# lockstep begin";
const END = "# lockstep end";

function install(context: Context, kind: Kind, down: string): number {
  const command = [...programCommand(), "hook", "run", kind, "--down", down];
  if (kind === "git") {
    const path = gitHook();
    const before = existsSync(path) ? withoutBlock(readFileSync(path, "utf8")) : "";
    const script = before.trim() === "" ? "#!/bin/sh\n" : before;
    if (!/^#!.*\b(sh|bash|dash|zsh)\b/.test(script)) {
      throw new UsageError(
        `${path} must be a shell script to be extended; call "lockstep hook run git" in it`,
      );
    }
    // The check comes first: a script may exec another one, or exit.
    const [first, ...rest] = script.split("\n");
    const block = [BEGIN, `${command.map(quoted).join(" ")} || exit 1`, END];
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, [first, ...block, ...rest].join("\n"));
    chmodSync(path, 0o755);
    context.answer({ path }, `Commits are checked by ${path}.`);
    return EXIT.fine;
  }
  const path = claudeSettings();
  const settings = readSettings(path);
  const hooks = settings.hooks ??= {};
  const others = (hooks.PreToolUse ?? []).filter((each) => !isOurs(each));
  hooks.PreToolUse = [...others, {
    matcher: "Edit|MultiEdit|Write|NotebookEdit",
    hooks: [{ type: "command", command: command.map(quoted).join(" ") }],
  }];
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(settings, undefined, 2)}\n`);
  context.answer(
    { path },
    `Edits are checked by ${path}, which is of this machine: keep it out of commits.`,
  );
  return EXIT.fine;
}

function check(context: Context, kind: Kind): number {
  const path = kind === "git" ? gitHook() : claudeSettings();
  const isInstalled = kind === "git"
    ? existsSync(path) && readFileSync(path, "utf8").includes(BEGIN)
    : (readSettings(path).hooks?.PreToolUse ?? []).some(isOurs);
  context.answer(
    { path, isInstalled },
    isInstalled
      ? `Installed in ${path}.`
      : `Not installed in ${path}. Install it with: lockstep hook install ${kind}`,
  );
  return isInstalled ? EXIT.fine : EXIT.failed;
}

function remove(context: Context, kind: Kind): number {
  const path = kind === "git" ? gitHook() : claudeSettings();
  if (existsSync(path)) {
    if (kind === "git") {
      const rest = withoutBlock(readFileSync(path, "utf8"));
      if (rest.replace(/^#!.*\n?/, "").trim() === "") rmSync(path);
      else writeFileSync(path, rest);
    } else {
      const settings = readSettings(path);
      const all = settings.hooks?.PreToolUse ?? [];
      if (settings.hooks !== undefined) {
        settings.hooks.PreToolUse = all.filter((each) => !isOurs(each));
      }
      writeFileSync(path, `${JSON.stringify(settings, undefined, 2)}\n`);
    }
  }
  context.answer({ path }, `Removed from ${path}.`);
  return EXIT.fine;
}

interface Settings {
  hooks?: { PreToolUse?: ToolHook[] };
}

interface ToolHook {
  matcher?: string;
  hooks?: { type?: string; command?: string }[];
}

function isOurs({ hooks = [] }: ToolHook): boolean {
  return hooks.some(({ command = "" }) => /hook'? '?run'? '?claude-code/.test(command));
}

function gitHook(): string {
  const folder = worktreeGitFolder();
  if (folder === undefined) {
    throw new UsageError("the hook for git must be installed in a repository");
  }
  return resolve(git(["rev-parse", "--git-path", "hooks/pre-commit"]).trim());
}

function claudeSettings(): string {
  let top: string;
  try {
    top = git(["rev-parse", "--show-toplevel"]).trim();
  } catch {
    top = process.cwd();
  }
  return join(top, ".claude", "settings.local.json");
}

function readSettings(path: string): Settings {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Settings;
  } catch {
    throw new UsageError(`${path} must be JSON; nothing was changed`);
  }
}

function withoutBlock(script: string): string {
  const lines = script.split("\n");
  const [begin, end] = [lines.indexOf(BEGIN), lines.indexOf(END)];
  return begin < 0 || end < begin
    ? script
    : [...lines.slice(0, begin), ...lines.slice(end + 1)].join("\n");
}

function quoted(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

// The check itself

/** Exit code by which the hook of a coding agent refuses a call of a tool. */
const BLOCKED = 2;

async function run(context: Context, kind: Kind, down: string): Promise<number> {
  const refused = kind === "git" ? EXIT.failed : BLOCKED;
  try {
    const paths = kind === "git" ? stagedPaths() : await editedPaths();
    if (paths.length === 0) return EXIT.fine;
    const obstacles = await obstaclesTo(context, paths);
    if (obstacles.length === 0) return EXIT.fine;
    const what = kind === "git" ? "This commit changes" : "This edit changes";
    process.stderr.write(`lockstep: ${what} files that others have reserved:\n`);
    for (const line of obstacles) process.stderr.write(`  ${clean(line)}\n`);
    process.stderr.write(
      "Reserve them first (lockstep reserve PATH --wait 10m), or send a message.\n",
    );
    return refused;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const isDown = error instanceof ConnectionError || error instanceof HomeError;
    const { message } = error as Error;
    if (isDown && down === "allow") return EXIT.fine;
    if (isDown && down === "warn") {
      process.stderr.write(`lockstep: not checked for reservations: ${clean(message)}\n`);
      return EXIT.fine;
    }
    process.stderr.write(`lockstep: cannot check reservations: ${clean(message)}\n`);
    return refused;
  }
}

/** Returns a line for each reservation that is in the way. */
async function obstaclesTo(context: Context, paths: readonly string[]): Promise<string[]> {
  const home = findHome({ dir: context.text("dir") });
  const name = context.text("as") ?? process.env.LOCKSTEP_AGENT ?? identityOf(home);
  const agentId = name !== undefined && findIdentity(home, name) !== undefined ? name : undefined;
  const client = new LocalClient(home, { retryMs: 0 });
  const lines = new Set<string>();
  try {
    for (let i = 0; i < paths.length; i += MOST_PATHS) {
      const some = paths.slice(i, i + MOST_PATHS);
      const { heldBy } = await client.checkPaths(some.map(patternOf), agentId);
      for (const { agentId, paths, taskId, expiresAt } of heldBy) {
        const task = taskId === undefined ? "" : ` for task ${taskId}`;
        const until = expiresAt ? ` until ${new Date(expiresAt).toISOString()}` : "";
        lines.add(`${paths.join(" ")}  held by ${agentId}${task}${until}`);
      }
    }
  } finally {
    client.close();
  }
  return [...lines];
}

/** Reads the call of a tool on standard input, and returns the path that it edits, if it is inside. */
async function editedPaths(): Promise<string[]> {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  let call: { cwd?: unknown; tool_input?: { file_path?: unknown; notebook_path?: unknown } };
  try {
    call = JSON.parse(text);
  } catch {
    throw new UsageError("standard input must be the JSON of a call of a tool");
  }
  const path = call.tool_input?.file_path ?? call.tool_input?.notebook_path;
  if (typeof path !== "string") return [];
  const cwd = typeof call.cwd === "string" ? call.cwd : process.cwd();
  const top = git(["rev-parse", "--show-toplevel"], cwd).trim();
  const inside = relative(top, resolve(cwd, path));
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? [] : [inside];
}
