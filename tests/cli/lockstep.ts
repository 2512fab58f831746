/**
 * The `lockstep` command as a process, and what tests need to look at it from outside.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What came of a process. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory that is gone when it is disposed of. */
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

  /** Resolves when a file is there and not empty. */
  async appears(name: string): Promise<string> {
    while (!this.has(name) || this.read(name) === "") await pause();
    return this.read(name).trim();
  }

  /** Starts `lockstep` here. */
  start(args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-lock",
        `--config=${ROOT}deno.json`,
        `${ROOT}src/cli/mod.ts`,
        ...args,
      ],
      cwd: this.path,
      env: { NO_COLOR: "1" },
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

/** Waits for the end of a process and what it wrote. */
export async function resultOf(child: Deno.ChildProcess): Promise<Result> {
  if (!child.stdin.locked) await child.stdin.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Resolves when a process is gone, or dead and not yet collected. */
export async function isGone(pid: string): Promise<void> {
  for (;;) {
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", pid] }).output();
    const state = new TextDecoder().decode(stdout).trim();
    if (state === "" || state.startsWith("Z")) return;
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
