/**
 * The root machine: all subsystems as one, so that one log, one clock and one order of events hold
 * for everything.
 *
 * A step hands the command to the subsystem that it belongs to, then lets the reactions turn what
 * happened there into commands for the others, until nothing is left to react to.
 *
 * @module
 */

import type { LockEvent, LockstepEvent, TaskEvent } from "../kernel/events.ts";
import type { Instant, Machine, Tick } from "../kernel/machine.ts";
import {
  type LockCommand,
  type LockConfig,
  lockMachine,
  type LockState,
} from "../locks/machine.ts";
import {
  type TaskCommand,
  type TaskConfig,
  taskMachine,
  type TaskState,
} from "../tasks/machine.ts";
import { REACTIONS } from "./reactions.ts";

/** The states of all subsystems. */
export interface RootState {
  readonly locks: LockState;
  readonly tasks: TaskState;
}

/** Whatever a subsystem can be told. Their commands have different names. */
export type RootCommand = LockCommand | TaskCommand;

/** The rules of all subsystems. */
export interface RootConfig {
  readonly locks?: Partial<LockConfig>;
  readonly tasks?: Partial<TaskConfig>;
}

/** The commands that belong to the lock machine; all others belong to the task machine. */
const LOCK_COMMANDS: ReadonlySet<string> = new Set<LockCommand["type"]>([
  "acquire",
  "acquire-all",
  "release",
  "release-all",
  "renew",
  "cancel-wait",
  "define",
]);

/** A machine of all subsystems. */
export function rootMachine(
  config: RootConfig = {},
): Machine<RootState, RootCommand, LockstepEvent> {
  const locks = lockMachine(config.locks);
  const tasks = taskMachine(config.tasks);
  return {
    name: "root",
    init: () => ({ locks: locks.init(), tasks: tasks.init() }),
    step: (state, command, now) => new RootStep(locks, tasks, state, now).run(command),
    deadline: (state) => Math.min(locks.deadline(state.locks), tasks.deadline(state.tasks)),
  };
}

/** One step of the root machine while it is under way. */
class RootStep {
  constructor(
    readonly locks: Machine<LockState, LockCommand, LockEvent>,
    readonly tasks: Machine<TaskState, TaskCommand, TaskEvent>,
    readonly state: RootState,
    readonly now: Instant,
  ) {}

  run(command: RootCommand | Tick): LockstepEvent[] {
    const timely = this.fireTimers();
    if (command.type === "tick") return timely;
    const events = this.react(this.hand(command));
    return timely.length === 0 ? events : timely.concat(events);
  }

  /** Lets the subsystem whose timer is due first go first, until no timer is due. */
  private fireTimers(): LockstepEvent[] {
    const events: LockstepEvent[] = [];
    for (;;) {
      const locksAt = this.locks.deadline(this.state.locks);
      const tasksAt = this.tasks.deadline(this.state.tasks);
      if (Math.min(locksAt, tasksAt) > this.now) return events;
      const fired: LockstepEvent[] = locksAt <= tasksAt
        ? this.locks.step(this.state.locks, TICK, this.now)
        : this.tasks.step(this.state.tasks, TICK, this.now);
      for (const event of this.react(fired)) events.push(event);
    }
  }

  private hand(command: RootCommand): LockstepEvent[] {
    return LOCK_COMMANDS.has(command.type)
      ? this.locks.step(this.state.locks, command as LockCommand, this.now)
      : this.tasks.step(this.state.tasks, command as TaskCommand, this.now);
  }

  /** Appends to `events` what they lead to, in the order in which they happened. */
  private react(events: LockstepEvent[]): LockstepEvent[] {
    for (let i = 0; i < events.length; i++) { // grows while it is read
      const event = events[i]!;
      const reaction = REACTIONS.get(event.type);
      const command = reaction?.(event, this.state);
      if (command === undefined) continue;
      for (const consequence of this.hand(command)) events.push(consequence);
    }
    return events;
  }
}

const TICK: Tick = { type: "tick" };
