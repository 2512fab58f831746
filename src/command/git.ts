/**
 * What the command needs of git, which it calls.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";

/** Runs git, and returns what it writes. @throws when it fails */
export function git(args: readonly string[], cwd = process.cwd()): string {
  return execFileSync("git", [...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 256 * 2 ** 20,
  });
}

/** Returns the git folder of the worktree that contains `start`, without git; `undefined` for none. */
export function worktreeGitFolder(start = process.cwd()): string | undefined {
  for (let folder = resolve(start);; folder = dirname(folder)) {
    const path = join(folder, ".git");
    if (existsSync(path)) {
      if (statSync(path).isDirectory()) return path;
      const target = /^gitdir: (.+)$/m.exec(readFileSync(path, "utf8"))?.[1];
      return target === undefined ? undefined : resolve(folder, target);
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * Returns the paths that a commit would change, relative to the top of the worktree: those that are
 * added, changed or deleted, and both names of those that are renamed.
 */
export function stagedPaths(): string[] {
  const text = git(["diff", "--cached", "--name-status", "-z", "-M", "--no-ext-diff"]);
  const fields = text.split("\0").filter((field) => field !== "");
  const paths: string[] = [];
  for (let i = 0; i < fields.length;) {
    const count = /^[RC]/.test(fields[i]!) ? 2 : 1;
    paths.push(...fields.slice(i + 1, i + 1 + count));
    i += 1 + count;
  }
  return paths;
}

/** Returns the pattern that matches one path only. */
export function patternOf(path: string): string {
  return path.replace(/[[\]{}*?]/g, (character) => `[${character}]`);
}
