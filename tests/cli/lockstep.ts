/**
 * Runs the `lockstep` command as a process, in a workspace of its own.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** An installed `lockstep` to test in place of the source: a program and its arguments, as JSON. */
const INSTALLED = Deno.env.get("LOCKSTEP_COMMAND");

/** The program and the arguments that run `lockstep`, with `permissions` if it is Deno. */
function lockstepWith(permissions: readonly string[]): [program: string, ...args: string[]] {
  if (INSTALLED !== undefined && permissions.includes("-A")) return JSON.parse(INSTALLED);
  const config = ["--no-lock", `--config=${ROOT}deno.json`];
  return [Deno.execPath(), "run", ...permissions, ...config, `${ROOT}src/cli/mod.ts`];
}

/** Exit code and output of a process. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary directory that is removed when it is disposed. */
export class Workspace implements Disposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "lockstep-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.path}/${name}`, text);
  }

  read(name: string): string {
    return Deno.readTextFileSync(`${this.path}/${name}`);
  }

  has(name: string): boolean {
    try {
      Deno.statSync(`${this.path}/${name}`);
      return true;
    } catch {
      return false;
    }
  }

  /** Resolves with the text of a file when it exists and is not empty. */
  async appears(name: string): Promise<string> {
    await until(() => this.has(name) && this.read(name) !== "", `${name} appears`);
    return this.read(name).trim();
  }

  /** Returns a shell command that runs `lockstep` with `args`. */
  command(args: string): string {
    return `${lockstepWith(["-A"]).map((arg) => `'${arg}'`).join(" ")} ${args}`;
  }

  /** Starts `lockstep` here, or in a directory below. */
  start(
    args: readonly string[],
    permissions: readonly string[] = ["-A"],
    env: Record<string, string> = {},
    directory = "",
  ): Deno.ChildProcess {
    const [program, ...first] = lockstepWith(permissions);
    return new Deno.Command(program, {
      args: [...first, ...args],
      cwd: `${this.path}/${directory}`,
      // The tests may run in a task of a workflow, and are no nested run for that.
      env: { NO_COLOR: "1", LOCKSTEP_GRACE_MS: "", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs `lockstep` here, to its end. */
  async lockstep(args: readonly string[], stdin: string = ""): Promise<Result> {
    const child = this.start(args);
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
    await writer.close().catch(() => {});
    return await resultOf(child);
  }

  /** Writes a workflow and runs it, to its end. */
  async run(workflow: string, ...options: string[]): Promise<Result> {
    this.write("w.yaml", workflow);
    return await this.lockstep(["run", "w.yaml", ...options]);
  }
}

/** Waits for the end of a process; resolves with its exit code and output. */
export async function resultOf(child: Deno.ChildProcess): Promise<Result> {
  if (!child.stdin.locked) await child.stdin.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Resolves when a process has ended; a zombie has. */
export async function isGone(pid: string): Promise<void> {
  await until(() => ["", "Z"].includes(processState(pid)), `process ${pid} is gone`);
}

/** The state of a process as one letter, such as `T` for stopped; empty when there is none. */
export function processState(pid: string): string {
  return ps("stat", pid).charAt(0);
}

/** Resident memory of a process; 0 when there is none. */
export function residentMiB(pid: number): number {
  return Number(ps("rss", String(pid))) / 1024;
}

function ps(column: string, pid: string): string {
  const { stdout } = new Deno.Command("ps", { args: ["-o", `${column}=`, "-p", pid] }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

/** Resolves when `condition` holds; rejects after 30 seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`It takes too long until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
