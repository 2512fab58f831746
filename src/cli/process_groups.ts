/**
 * The processes that a run's commands consist of, and what ends them when this process can't.
 *
 * A command leads a process group of its own. A signal goes to the whole group, so that no child of
 * a child outlives its task, and Ctrl-C in the terminal reaches Lockstep alone, which decides.
 *
 * @module
 */

import process from "node:process";

/** How long nested runs may take to stop their own commands before they are stopped themselves. */
const SUSPEND_MS = 200;

/** The same where this run is nested itself. */
const SUSPEND_NESTED_MS = 50;

/** The process groups of all commands that run. */
export class ProcessGroups {
  readonly #groups = new Map<number, ProcessGroup>();
  readonly #guard = new Guard();

  /** Takes in the group that the process `leader` leads. */
  add(leader: number): ProcessGroup {
    const group = new ProcessGroup(leader);
    this.#groups.set(leader, group);
    this.#guard.write(`+ ${leader}`);
    return group;
  }

  /** Forgets a group that has ended. */
  delete(leader: number): void {
    this.#groups.delete(leader);
    this.#guard.write(`- ${leader}`);
  }

  /** Has `directory` removed once this process has ended, however it ends. */
  removeAtEnd(directory: string): void {
    this.#guard.write(`rm ${directory}`);
  }

  /** Stops all groups, those of nested runs included; `isNested` says whether this run is one. */
  async suspend(isNested: boolean): Promise<void> {
    this.#signal("SIGTSTP"); // a nested run passes it on
    const ms = isNested ? SUSPEND_NESTED_MS : SUSPEND_MS;
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.#signal("SIGSTOP");
  }

  /** Continues what {@linkcode suspend} stopped. */
  resume(): void {
    this.#signal("SIGCONT");
  }

  /** Resolves when the guard has ended. */
  async close(): Promise<void> {
    await this.#guard.close();
  }

  #signal(signal: Deno.Signal): void {
    for (const group of this.#groups.values()) group.signal(signal);
  }
}

/** A process and all its children, by the id of the process that leads them. */
export class ProcessGroup {
  readonly id: number;

  constructor(leader: number) {
    this.id = leader;
  }

  /** Sends a signal to all of them; `false` when none is left. */
  signal(signal: Deno.Signal): boolean {
    try {
      Deno.kill(-this.id, signal);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether any of them is left. */
  isAlive(): boolean {
    try {
      return process.kill(-this.id, 0);
    } catch {
      return false;
    }
  }
}

/**
 * Reads which groups there are until its input ends, which happens at the latest when the process
 * that writes it has ended; then kills the groups that are left, and removes the directory.
 */
const GUARD = `
groups=
directory=
while read -r verb name; do
  if [ "$verb" = rm ]; then
    directory=$name
    continue
  fi
  left=
  for group in $groups; do [ "$group" = "$name" ] || left="$left $group"; done
  [ "$verb" = - ] || left="$left $name"
  groups=$left
done
for group in $groups; do kill -s KILL -- "-$group"; done
[ -z "$directory" ] || rm -rf -- "$directory"
`;

/**
 * A process that outlives this one by a moment, to end what this one leaves behind when it is
 * killed, or when an outer run kills it. It starts with the first line.
 */
class Guard {
  readonly #encoder = new TextEncoder();
  #process: Deno.ChildProcess | undefined;
  #input: WritableStreamDefaultWriter<Uint8Array> | undefined;

  write(line: string): void {
    this.#input ??= this.#start();
    this.#input.write(this.#encoder.encode(`${line}\n`)).catch(() => {}); // it was killed
  }

  #start(): WritableStreamDefaultWriter<Uint8Array> {
    this.#process = new Deno.Command(SHELL, {
      args: ["-c", GUARD],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    return this.#process.stdin.getWriter();
  }

  async close(): Promise<void> {
    await this.#input?.close().catch(() => {});
    await this.#process?.status;
  }
}

/** The shell that runs commands; POSIX systems have it there, whatever a task's `PATH` is. */
export const SHELL = "/bin/sh";
