/**
 * A moment of a journal: the state as it was, with the views of façades.
 *
 * @module
 */

import { memberView, memberViews } from "../agents/mod.ts";
import type { MemberView } from "../agents/mod.ts";
import { quote } from "../core/arguments.ts";
import type { Instant, Named } from "../core/machine.ts";
import {
  explain,
  type Explanation,
  type Explicable,
  UnknownSubjectError,
} from "../coordination/explain.ts";
import type { LockState } from "../locks/state.ts";
import { explainWait, holders, type HolderView, queue, type WaiterView } from "../locks/views.ts";
import { explainMessage } from "../messages/views.ts";
import type { RootState } from "../root/state.ts";
import { viewOf } from "../tasks/state.ts";
import type { TaskView } from "../tasks/types.ts";
import { explainTask } from "../tasks/views.ts";
import type { EventFilter } from "./subjects.ts";

/** An event of a journal. */
export interface HistoryEvent {
  /** Its number among all events of the journal, from 0. */
  readonly sequence: number;
  /** The place of the command that emitted it, such as `17:0`. */
  readonly place: string;
  /** When. */
  readonly at: Instant;
  /** The event. */
  readonly event: Named;
  /** The event in one line. */
  readonly description: string;
}

/** A lock that is held or waited for. */
export interface LockView {
  /** Its id. */
  readonly resourceId: string;
  /** Its holders, oldest first. */
  readonly holders: readonly HolderView[];
  /** Its waiters, in the order in which they are served. */
  readonly waiters: readonly WaiterView[];
}

/** Where a moment lies. */
export interface MomentData<State> {
  /** The state; it belongs to the moment. */
  readonly state: State;
  /** The name of the machine. */
  readonly machine: string;
  readonly at: Instant;
  readonly place: string;
  readonly sequence: number;
  readonly event: HistoryEvent | undefined;
}

/** Finds the moments of other events. */
export type Stepper<State> = (
  direction: "next" | "previous",
  sequence: number,
  filter: EventFilter,
) => Promise<Moment<State> | undefined>;

/**
 * A moment of a journal. Its state doesn't change, whatever happens to the journal.
 *
 * @example
 * ```ts
 * import { MemoryJournal, ResourceManager } from "@lockstep/lockstep";
 * import { openHistory } from "@lockstep/lockstep/history";
 *
 * const journal = new MemoryJournal();
 * await using locks = new ResourceManager({}, undefined, undefined, { journal });
 * await locks.initialize();
 * await locks.acquire("db", "writer");
 * await locks.release("db", "writer");
 *
 * const end = await (await openHistory(journal)).at();
 * const released = await end.previous({ resourceId: "db" });
 * const acquired = await released?.previous();
 * console.log(acquired?.event?.description); // lock db: → held by writer (epoch 1)
 * console.log(acquired?.locks()[0]?.holders[0]?.agentId); // writer
 * console.log(end.locks().length); // 0
 * ```
 */
export class Moment<State = unknown> {
  /** The state of the machine. */
  readonly state: Readonly<State>;
  /** The time: that of the last command, or the one that was asked for. */
  readonly at: Instant;
  /** The place of the last command, such as `17:0`; of the first position, `0:0`. */
  readonly place: string;
  /** Number of events before this moment, that of `event` included. */
  readonly sequence: number;
  /** The event after which this moment is, if it was reached by one. */
  readonly event: HistoryEvent | undefined;
  readonly #machine: string;
  readonly #step: Stepper<State>;

  /**
   * Made by a history.
   * @internal
   */
  constructor(data: MomentData<State>, step: Stepper<State>) {
    this.state = data.state;
    this.at = data.at;
    this.place = data.place;
    this.sequence = data.sequence;
    this.event = data.event;
    this.#machine = data.machine;
    this.#step = step;
  }

  /** Resolves with the moment after the next event that matches, or `undefined`. */
  next(filter: EventFilter = {}): Promise<Moment<State> | undefined> {
    return this.#step("next", this.sequence, filter);
  }

  /**
   * Resolves with the moment after the newest event that matches and comes before that of this moment,
   * or `undefined`.
   */
  previous(filter: EventFilter = {}): Promise<Moment<State> | undefined> {
    return this.#step("previous", this.sequence - (this.event === undefined ? 0 : 1), filter);
  }

  /** Returns the tasks that were kept, in the order of their submission; none of other machines. */
  tasks(): TaskView[] {
    return [...this.#parts().tasks?.tasks.values() ?? []].map(viewOf);
  }

  /** Returns a task, or `undefined`. */
  task(taskId: string): TaskView | undefined {
    const task = this.#parts().tasks?.tasks.get(taskId);
    return task && viewOf(task);
  }

  /** Returns an agent, or `undefined`. */
  agent(agentId: string): MemberView | undefined {
    const { agents } = this.#parts();
    return agents && memberView(agents, agentId);
  }

  /** Returns the agents in the order in which they joined; none of other machines. */
  agents(): MemberView[] {
    const { agents } = this.#parts();
    return agents === undefined ? [] : memberViews(agents);
  }

  /** Returns the locks that are held or waited for; none of other machines. */
  locks(): LockView[] {
    const { locks } = this.#parts();
    if (locks === undefined) return [];
    return [...locks.locks.keys()].map((resourceId) => lockView(locks, resourceId))
      .filter((lock) => lock.holders.length > 0 || lock.waiters.length > 0);
  }

  /**
   * Explains what `CoordinationManager.explain` explains, as it was.
   *
   * @throws {UnknownSubjectError} when nothing had this id
   * @throws {TypeError} for the journal of anything but a `CoordinationManager`
   */
  explain(id: string | number, kind?: Explicable): Explanation {
    if (this.#machine !== "root") {
      const rule =
        `the journal must be that of a coordination manager, got one of ${this.#machine}`;
      throw new TypeError(`Cannot explain ${quote(id)}: ${rule}`);
    }
    const state = this.state as Readonly<RootState>;
    const { tasks, locks, messages } = state;
    const found = explain(
      {
        client: { state, now: this.at },
        scheduler: {
          explain: (taskId) => explainTask(tasks, (each) => holders(locks, each), taskId, this.at),
        },
        resources: { explain: (waitId) => explainWait(locks, waitId) },
        messages: { explain: (messageId) => explainMessage(messages, messageId) },
      },
      id,
      kind,
    );
    if (found === undefined) throw new UnknownSubjectError(id, kind);
    return found;
  }

  /** The parts of the state that have views. */
  #parts(): Partial<Pick<RootState, "agents" | "locks" | "tasks">> {
    const { state } = this;
    const isWhole = this.#machine === "root" || this.#machine === "scheduler";
    if (isWhole) return state as unknown as RootState;
    const isPart = ["agents", "locks", "tasks"].includes(this.#machine);
    return isPart ? { [this.#machine]: state } : {};
  }
}

function lockView(state: Readonly<LockState>, resourceId: string): LockView {
  return {
    resourceId,
    holders: holders(state, resourceId),
    waiters: queue(state, resourceId),
  };
}
