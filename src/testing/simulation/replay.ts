/**
 * Steps recorded commands on a machine alone, and looks at each step as a simulation does.
 *
 * @module
 */

import type { RootCommand, RootConfig } from "../../root/state.ts";
import { rootMachine } from "../../root/machine.ts";
import type { LogEntry } from "../../core/log.ts";
import type { Tick } from "../../core/machine.ts";
import { Coverage } from "./coverage.ts";
import { EventKinds } from "./event_kinds.ts";
import { BrokenInvariantError } from "./failure.ts";
import type { RootMachine } from "./host.ts";
import { Watcher } from "./watcher.ts";

/** A command of the root machine and when it is stepped. */
export type RootEntry = LogEntry<RootCommand | Tick>;

/**
 * Steps `entries` in order and checks everything after each.
 *
 * @returns what broke first, or `undefined` when nothing did
 */
export function replay(
  entries: Iterable<RootEntry>,
  config: RootConfig = {},
  machine: (config: RootConfig) => RootMachine = rootMachine,
): BrokenInvariantError | undefined {
  const hosted = machine(config);
  const state = hosted.init();
  const watcher = new Watcher(() => state, new Coverage(), new EventKinds(), 1);
  try {
    for (const { command, at } of entries) {
      watcher.stepped(command, hosted.step(state, command, at), at);
    }
    return undefined;
  } catch (error) {
    if (error instanceof BrokenInvariantError) return error;
    return new BrokenInvariantError("MachineAsserts", `${error}`, { cause: error });
  }
}
