/**
 * The home of a server: one folder for each repository, from which its clients find it.
 *
 * All worktrees of a repository share a home, beside their common git folder. Outside of git it is the
 * nearest folder up the tree that has a `.lockstep` folder.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";
import type { ServerInfo } from "./info.ts";

/** The name of the folder with all files of a server. */
const FOLDER = ".lockstep";

/** The longest path of a socket that all systems accept, in bytes. */
const LONGEST_SOCKET = 100;

/** The places of one server. */
export interface Home {
  /** The folder that has `.lockstep`: of a repository, the one beside its common git folder. */
  readonly root: string;
  /** The `.lockstep` folder. */
  readonly folder: string;
  /** The socket. */
  readonly socket: string;
}

/** No home was found, or its folder can't be used. */
export class HomeError extends Error {
  /** The name of the class. */
  override name = "HomeError";
}

/**
 * Finds the home that serves `start`, or the one in `dir`. With `create` the folder is made; without a
 * repository or a `.lockstep` folder up the tree, in `start` itself.
 *
 * @throws {HomeError} when there is none, or it can't be made
 */
export function findHome(
  { start = process.cwd(), dir, create = false }: {
    start?: string;
    dir?: string | undefined;
    create?: boolean;
  } = {},
): Home {
  const root = dir === undefined ? rootOf(resolve(start), create) : resolve(dir);
  const folder = basename(root) === FOLDER ? root : join(root, FOLDER);
  if (create) makeFolder(folder);
  else if (!existsSync(folder)) throw new HomeError(`No server was started in ${root} yet`);
  return { root: dirname(folder), folder, socket: socketOf(folder) };
}

/** Reads which server runs in a home; `undefined` when none was started, or its file is damaged. */
export function readServerInfo({ folder }: Home): ServerInfo | undefined {
  try {
    const info: unknown = JSON.parse(readFileSync(join(folder, "server.json"), "utf8"));
    return typeof (info as ServerInfo | null)?.socket === "string" ? info as ServerInfo : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a file that only its owner may read. */
export function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600); // it may have been there
}

function rootOf(start: string, create: boolean): string {
  for (let folder = start;; folder = dirname(folder)) {
    if (existsSync(join(folder, FOLDER))) return folder;
    const git = join(folder, ".git");
    if (existsSync(git)) return dirname(commonGitFolder(git));
    if (folder === dirname(folder)) break;
  }
  if (create) return start;
  throw new HomeError(`No repository and no ${FOLDER} folder contains ${start}`);
}

/** Returns the git folder that all worktrees share. */
function commonGitFolder(git: string): string {
  if (statSync(git).isDirectory()) return git;
  const target = /^gitdir: (.+)$/m.exec(readFileSync(git, "utf8"))?.[1];
  if (target === undefined) throw new HomeError(`Cannot read ${git}: it must name a git folder`);
  const own = resolve(dirname(git), target);
  const common = join(own, "commondir");
  // Without that file it is the folder of a submodule, which is a repository of its own.
  return existsSync(common) ? resolve(own, readFileSync(common, "utf8").trim()) : git;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const ignore = join(folder, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  } catch (error) {
    throw new HomeError(`Cannot use ${folder}: ${(error as Error).message}`);
  }
}

/** Returns a path for the socket of a home that is short enough, in a folder of this user alone. */
function socketOf(folder: string): string {
  const name = `${createHash("sha256").update(folder).digest("hex").slice(0, 16)}.sock`;
  const base = process.env.XDG_RUNTIME_DIR;
  const bases = [base === undefined || base === "" ? tmpdir() : base, tmpdir(), "/tmp"];
  for (const each of bases) {
    const path = join(each, `lockstep-${userInfo().uid}`, name);
    if (existsSync(each) && new TextEncoder().encode(path).length <= LONGEST_SOCKET) return path;
  }
  throw new HomeError(`Cannot make a socket: no temp folder has a path of less than 60 bytes`);
}
