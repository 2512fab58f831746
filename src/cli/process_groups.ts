/**
 * The processes that a run's commands consist of, and what ends them when this process can't.
 *
 * A command leads a process group of its own. A signal goes to the whole group, so that no child of
 * a child outlives its task, and Ctrl-C in the terminal reaches Lockstep alone, which decides.
 *
 * @module
 */

import process from "node:process";
import { type ShellProcess, type Signal, startShell } from "./system.ts";

/** How long nested runs may take to stop their own commands before they are stopped themselves. */
const SUSPEND_MS = 200;

/** The same where this run is nested itself. */
const SUSPEND_NESTED_MS = 50;

/** The process groups of all commands that run. */
export class ProcessGroups {
  readonly #groups = new Set<ProcessGroup>();
  readonly #guard = new Guard();

  /** Takes in a group; resolves when it can't outlive this process any more. */
  async add(group: ProcessGroup): Promise<void> {
    this.#groups.add(group);
    await this.#guard.write(`+ ${group.id}`);
  }

  /** Forgets a group that has ended. */
  delete(group: ProcessGroup): void {
    this.#groups.delete(group);
    void this.#guard.write(`- ${group.id}`);
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

  #signal(signal: Signal): void {
    for (const group of this.#groups) group.signal(signal);
  }
}

/** A process and all its children, by the id of the process that leads them. */
export class ProcessGroup {
  readonly id: number;

  constructor(leader: number) {
    this.id = leader;
  }

  /** Sends a signal to all of them; `false` when none is left. */
  signal(signal: Signal): boolean {
    try {
      process.kill(-this.id, signal);
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
 * that writes it has ended; then kills the groups that are left.
 */
const GUARD = `
groups=
while read -r verb id; do
  left=
  for group in $groups; do [ "$group" = "$id" ] || left="$left $group"; done
  [ "$verb" = - ] || left="$left $id"
  groups=$left
done
for group in $groups; do kill -s KILL -- "-$group"; done
`;

/**
 * A process that outlives this one by a moment, to kill what this one leaves behind when it is
 * killed, by an outer run for example. It starts with the first line.
 */
class Guard {
  #process: Promise<ShellProcess> | undefined;

  /** Resolves when the guard will read the line, whatever happens to this process. */
  async write(line: string): Promise<void> {
    this.#process ??= startShell(["-c", GUARD]);
    await (await this.#process).write(`${line}\n`);
  }

  async close(): Promise<void> {
    const guard = await this.#process;
    guard?.close();
    await guard?.exit;
  }
}
