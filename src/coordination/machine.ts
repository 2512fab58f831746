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
  "ask",
  "end-ask",
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
    const events = this.react(this.hand(command, this.now), this.now);
    return timely.length === 0 ? events : timely.concat(events);
  }

  /**
   * Fires what is due, instant by instant. What follows from one instant comes before the next, also
   * when the step is late: so it doesn't matter how many instants a step has to make up for.
   */
  private fireTimers(): LockstepEvent[] {
    const events: LockstepEvent[] = [];
    for (;;) {
      const locksAt = this.locks.deadline(this.state.locks);
      const tasksAt = this.tasks.deadline(this.state.tasks);
      const due = Math.min(locksAt, tasksAt);
      if (due > this.now) return events;
      const fired: LockstepEvent[] = locksAt === due
        ? this.locks.step(this.state.locks, TICK, this.now, due)
        : this.tasks.step(this.state.tasks, TICK, this.now, due);
      for (const event of this.react(fired, due)) events.push(event);
    }
  }

  private hand(command: RootCommand, until: Instant): LockstepEvent[] {
    return LOCK_COMMANDS.has(command.type)
      ? this.locks.step(this.state.locks, command as LockCommand, this.now, until)
      : this.tasks.step(this.state.tasks, command as TaskCommand, this.now, until);
  }

  /** Appends to `events` what they lead to, in the order in which they happened. */
  private react(events: LockstepEvent[], until: Instant): LockstepEvent[] {
    for (let i = 0; i < events.length; i++) { // grows while it is read
      const event = events[i]!;
      const reaction = REACTIONS.get(event.type);
      const command = reaction?.(event, this.state);
      if (command === undefined) continue;
      for (const consequence of this.hand(command, until)) events.push(consequence);
    }
    return events;
  }
}

const TICK: Tick = { type: "tick" };
