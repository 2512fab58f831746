/**
 * Process groups of the commands of a run, and a guard process that kills them if this process dies.
 *
 * Each command leads a process group. Signals go to the whole group, so that descendants end with their
 * task. Ctrl-C in the terminal reaches only Lockstep, which forwards it.
 *
 * @module
 */

import process from "node:process";
import { type ShellProcess, type Signal, startShell } from "./system.ts";

/** Milliseconds that nested runs have to stop their commands before they are stopped themselves. */
const SUSPEND_MS = 200;

/** The same for a run that is nested itself. */
const SUSPEND_NESTED_MS = 50;

/** Registry of the process groups of running commands. */
export class ProcessGroups {
  readonly #groups = new Set<ProcessGroup>();
  readonly #guard = new Guard();

  /** Adds a group; resolves when the guard knows it. */
  async add(group: ProcessGroup): Promise<void> {
    this.#groups.add(group);
    await this.#guard.write(`+ ${group.id}`);
  }

  /** Removes a group that has ended. */
  delete(group: ProcessGroup): void {
    this.#groups.delete(group);
    void this.#guard.write(`- ${group.id}`);
  }

  /** Stops all groups, those of nested runs included. `isNested` says whether this run is nested. */
  async suspend(isNested: boolean): Promise<void> {
    this.#signal("SIGTSTP"); // a nested run forwards it
    const ms = isNested ? SUSPEND_NESTED_MS : SUSPEND_MS;
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.#signal("SIGSTOP");
  }

  /** Continues the groups after {@linkcode suspend}. */
  resume(): void {
    this.#signal("SIGCONT");
  }

  /** Ends the guard. */
  async close(): Promise<void> {
    await this.#guard.close();
  }

  #signal(signal: Signal): void {
    for (const group of this.#groups) group.signal(signal);
  }
}

/** A process group. */
export class ProcessGroup {
  readonly id: number;

  constructor(leader: number) {
    this.id = leader;
  }

  /** Sends a signal to the group; `false` if no process is left. */
  signal(signal: Signal): boolean {
    try {
      process.kill(-this.id, signal);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether a process is left. */
  isAlive(): boolean {
    try {
      return process.kill(-this.id, 0);
    } catch {
      return false;
    }
  }
}

/**
 * Reads the ids of groups that begin and end. When its input ends, at the latest with this process, it
 * kills the groups that are left.
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
 * A process that kills the commands of this one if this one is killed, for example by an outer run. It
 * is started with the first line.
 */
class Guard {
  #process: Promise<ShellProcess> | undefined;

  /** Writes a line; resolves when it is in the pipe, where it outlives this process. */
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
