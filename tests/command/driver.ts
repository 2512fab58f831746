/** Runs the `lockstep` command as processes, in a folder of their own. */

/** The path of the command. */
export const COMMAND = new URL("../../src/command/mod.ts", import.meta.url).pathname;
const FLAGS = ["run", "-A", "--no-check", "--quiet", "--unstable-no-legacy-abort", COMMAND];

/** What a process wrote, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A JSON value that a test knows the shape of. */
// deno-lint-ignore no-explicit-any
type Json = any;

/** A repository with its server, which is ended at the end. */
export class CommandDriver implements AsyncDisposable {
  readonly folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "lockstep-command-" }));

  /** Runs a verb to its end. */
  async run(args: readonly string[], options: {
    cwd?: string;
    env?: Record<string, string>;
    stdin?: string;
  } = {}): Promise<Ran> {
    const child = this.spawn(args, options);
    const writer = child.stdin.getWriter();
    if (options.stdin !== undefined) {
      await writer.write(new TextEncoder().encode(options.stdin)).catch(() => {});
    }
    await writer.close().catch(() => {});
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
  }

  /** Starts a verb. */
  spawn(args: readonly string[], { cwd = this.folder, env = {} }: {
    cwd?: string;
    env?: Record<string, string>;
  } = {}): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: [...FLAGS, ...args],
      cwd,
      env: { NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs a verb that has to succeed, and returns its JSON. */
  async json(
    args: readonly string[],
    options: Parameters<CommandDriver["run"]>[1] = {},
  ): Promise<Json> {
    const { code, out, err } = await this.run([...args, "--json"], options);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${err}`);
    return JSON.parse(out);
  }

  /** Runs another program in the folder. */
  async sh(script: string, cwd = this.folder): Promise<Ran> {
    const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", script],
      cwd,
      env: {
        GIT_AUTHOR_NAME: "t",
        GIT_AUTHOR_EMAIL: "t@t",
        GIT_COMMITTER_NAME: "t",
        GIT_COMMITTER_EMAIL: "t@t",
        GIT_CONFIG_GLOBAL: "/dev/null",
      },
    }).output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(["stop", "--dir", this.folder]);
    await Deno.remove(this.folder, { recursive: true });
  }
}
