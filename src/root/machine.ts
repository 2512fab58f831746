/**
 * The root machine: all subsystems as one, so that one log, one clock and one order of events hold
 * for everything.
 *
 * A step hands the command to the subsystem that it belongs to, then lets the reactions turn what
 * happened there into commands for the others, until nothing is left to react to. Whatever an event
 * leads to has happened when the step returns.
 *
 * @module
 */

import type { AgentRefused } from "../agents/events.ts";
import type { ResumeListening } from "../agents/commands.ts";
import { isCurrent, membershipMachine } from "../agents/machine.ts";
import { breakerMachine } from "../breakers/machine.ts";
import { conflictMachine } from "../conflicts/machine.ts";
import type { Instant, Machine, Tick } from "../core/machine.ts";
import { fork } from "../core/data/plain.ts";
import { lockMachine } from "../locks/machine.ts";
import { messageMachine } from "../messages/machine.ts";
import { taskMachine } from "../tasks/machine.ts";
import { describeEvent, type LockstepEvent } from "./events.ts";
import type { Reaction } from "./reactions/reaction.ts";
import { REACTIONS } from "./reactions/table.ts";
import { DEFAULT_RULES, type RootRules } from "./rules.ts";
import type { AsAgent, PartCommand, RootCommand, RootConfig, RootState } from "./state.ts";

/** A subsystem, by the name of its state. In this order they fire what is due at one instant. */
type PartName = "agents" | "locks" | "tasks" | "messages" | "breakers" | "conflicts";

/** A machine of one subsystem, as far as the root cares. */
type Part = Machine<unknown, PartCommand, LockstepEvent>;

/** To which subsystem each command belongs. */
const ROUTES: Readonly<Record<PartCommand["type"], PartName>> = {
  "join-agent": "agents",
  "beat-agent": "agents",
  "leave-agent": "agents",
  "resume-listening": "agents",
  "submit": "tasks",
  "assign": "tasks",
  "start": "tasks",
  "heartbeat": "tasks",
  "progress": "tasks",
  "complete": "tasks",
  "fail": "tasks",
  "settle": "tasks",
  "unblock": "tasks",
  "preempt": "tasks",
  "cancel": "tasks",
  "register-agent": "tasks",
  "remove-agent": "tasks",
  "cordon-agent": "tasks",
  "limit-agent": "tasks",
  "award": "tasks",
  "shed-tasks": "tasks",
  "drain-agent": "tasks",
  "report-load": "tasks",
  "cancel-agent-tasks": "tasks",
  "requeue-agent-tasks": "tasks",
  "renew-heartbeats": "tasks",
  "use-strategy": "tasks",
  "drain": "tasks",
  "acquire": "locks",
  "acquire-all": "locks",
  "release": "locks",
  "renew": "locks",
  "cancel-wait": "locks",
  "release-all": "locks",
  "evict": "locks",
  "ask": "locks",
  "end-ask": "locks",
  "define": "locks",
  "send-message": "messages",
  "broadcast-message": "messages",
  "publish-message": "messages",
  "respond": "messages",
  "cancel-request": "messages",
  "ack-message": "messages",
  "nack-message": "messages",
  "return-message": "messages",
  "extend-message": "messages",
  "receive-message": "messages",
  "attach-handler": "messages",
  "detach-handler": "messages",
  "subscribe-topic": "messages",
  "unsubscribe-topic": "messages",
  "resend-message": "messages",
  "open-mailbox": "messages",
  "close-mailbox": "messages",
  "define-breaker": "breakers",
  "remove-breaker": "breakers",
  "request-permit": "breakers",
  "settle-permit": "breakers",
  "count-calls": "breakers",
  "force-breaker": "breakers",
  "reset-breaker": "breakers",
  "report-conflict": "conflicts",
  "decide-conflict": "conflicts",
  "auto-resolve": "conflicts",
  "open-vote": "conflicts",
  "cast-vote": "conflicts",
  "rank-agent": "conflicts",
  "note-requests": "conflicts",
  "forget-party": "conflicts",
  "retire-party": "conflicts",
  "forget-conflicts": "conflicts",
  "read-version": "conflicts",
  "commit-version": "conflicts",
  "release-version": "conflicts",
  "forget-readers": "conflicts",
};

/** The same to be looked up, whatever a command is called. */
const PART_OF: ReadonlyMap<string, PartName> = new Map(Object.entries(ROUTES));

/** From the name of an event to what it leads to, in order. */
export type Reactions = ReadonlyMap<string, readonly Reaction[]>;

/** A machine of all subsystems; `reactions` are those of the product unless a test has others. */
export function rootMachine(
  config: RootConfig = {},
  reactions: Reactions = REACTIONS,
): Machine<RootState, RootCommand, LockstepEvent> {
  const root = new Root(config, reactions);
  return {
    name: "root",
    init: () => root.init(),
    step: (state, command, now) => root.step(state, command, now),
    deadline: (state) => root.deadline(state),
    describe: describeEvent,
  };
}

/** The machines of all subsystems, and how a step goes through them. */
class Root {
  readonly #parts: Readonly<Record<PartName, Part>>;
  readonly #rules: RootRules;
  readonly #reactions: Reactions;
  readonly #timed: readonly (readonly [PartName, Part])[];

  constructor(config: RootConfig, reactions: Reactions) {
    this.#reactions = reactions;
    this.#rules = { ...DEFAULT_RULES, ...config.rules };
    this.#parts = {
      agents: membershipMachine(config.agents) as Part,
      locks: lockMachine(config.locks) as Part,
      tasks: taskMachine(config.tasks) as Part,
      messages: messageMachine(config.messages) as Part,
      breakers: breakerMachine(config.breakers) as Part,
      conflicts: conflictMachine(config.conflicts) as Part,
    };
    this.#timed = Object.entries(this.#parts) as [PartName, Part][];
  }

  init(): RootState {
    const { agents, locks, tasks, messages, breakers, conflicts } = this.#parts;
    return {
      agents: agents.init() as RootState["agents"],
      tasks: tasks.init() as RootState["tasks"],
      locks: locks.init() as RootState["locks"],
      messages: messages.init() as RootState["messages"],
      breakers: breakers.init() as RootState["breakers"],
      conflicts: conflicts.init() as RootState["conflicts"],
      rules: fork(this.#rules),
      calls: new Map(),
      asking: new Map(),
    };
  }

  /** Asked several times in each step: one place for each part is what makes it fast. */
  deadline(state: RootState): Instant {
    const { agents, locks, tasks, messages, breakers, conflicts } = this.#parts;
    return Math.min(
      agents.deadline(state.agents),
      locks.deadline(state.locks),
      tasks.deadline(state.tasks),
      messages.deadline(state.messages),
      breakers.deadline(state.breakers),
      conflicts.deadline(state.conflicts),
    );
  }

  step(state: RootState, command: RootCommand | Tick, now: Instant): LockstepEvent[] {
    if (command.type === "resume-listening") return this.#resume(state, command, now);
    const timely = this.deadline(state) <= now ? this.#fireTimers(state, now) : undefined;
    if (command.type === "tick") return timely ?? [];
    const events = this.#react(state, this.#begin(state, command, now), now, now);
    return timely === undefined ? events : timely.concat(events);
  }

  /** The one command that comes before what is due: who couldn't be heard isn't late. */
  #resume(state: RootState, command: ResumeListening, now: Instant): LockstepEvent[] {
    const events = this.#react(state, this.#hand(state, command, now, NEVER), now, NEVER);
    return events.concat(this.#fireTimers(state, now));
  }

  /**
   * Fires what is due, instant by instant. What follows from one instant comes before the next, also
   * when the step is late: so it doesn't matter how many instants a step has to make up for.
   */
  #fireTimers(state: RootState, now: Instant): LockstepEvent[] {
    const events: LockstepEvent[] = [];
    for (let due = this.deadline(state); due <= now; due = this.deadline(state)) {
      const [name, part] = this.#timed.find(([name, part]) => part.deadline(state[name]) === due)!;
      const fired = part.step(state[name], TICK, now, due);
      for (const event of this.#react(state, fired, now, due)) events.push(event);
    }
    return events;
  }

  /** What a command itself leads to. */
  #begin(state: RootState, command: RootCommand, now: Instant): LockstepEvent[] {
    if (command.type !== "as-agent") return this.#hand(state, command, now, now);
    const { agentId, incarnation } = command;
    if (isCurrent(state.agents, agentId, incarnation)) {
      return this.#hand(state, command.command, now, now);
    }
    return [refusal(state, command)];
  }

  #hand(state: RootState, command: PartCommand, now: Instant, until: Instant): LockstepEvent[] {
    const name = PART_OF.get(command.type)!;
    return this.#parts[name].step(state[name], command, now, until);
  }

  /** Appends to `events` what they lead to, in the order in which they happened. */
  #react(
    state: RootState,
    events: LockstepEvent[],
    now: Instant,
    until: Instant,
  ): LockstepEvent[] {
    for (let i = 0; i < events.length; i++) { // grows while it is read
      const event = events[i]!;
      const reactions = this.#reactions.get(event.type);
      if (reactions === undefined) continue;
      for (const reaction of reactions) {
        const command = reaction(event, state, now);
        if (command === undefined) continue;
        for (const consequence of this.#hand(state, command, now, until)) {
          events.push(consequence);
        }
      }
    }
    return events;
  }
}

function refusal(
  { agents }: RootState,
  { agentId, incarnation, command }: AsAgent,
): AgentRefused {
  const inForce = agents.members.get(agentId)?.incarnation;
  return {
    type: "agent:refused",
    agentId,
    incarnation,
    command: command.type,
    reason: inForce === undefined ? "unknown-agent" : "stale-incarnation",
    detail: inForce ?? 0,
  };
}

const TICK: Tick = { type: "tick" };

/** Nothing is due so early. */
const NEVER: Instant = -Infinity;
