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

import {
  isCurrent,
  type MembershipCommand,
  type MembershipConfig,
  membershipMachine,
  type MembershipState,
  type ResumeListening,
} from "../agents/machine.ts";
import {
  type BreakerCommand,
  type BreakerConfig,
  breakerMachine,
  type BreakerState,
} from "../breakers/machine.ts";
import {
  type ConflictCommand,
  type ConflictConfig,
  conflictMachine,
  type ConflictState,
} from "../conflicts/machine.ts";
import type { CallOutcome } from "../breakers/commands.ts";
import type { MachineHost } from "../kernel/client.ts";
import type { AgentRefused, LockstepEvent } from "../kernel/events.ts";
import type { Instant, Machine, Named, Tick } from "../kernel/machine.ts";
import { fork } from "../kernel/plain.ts";
import {
  type LockCommand,
  type LockConfig,
  lockMachine,
  type LockState,
} from "../locks/machine.ts";
import {
  type MessageCommand,
  type MessageConfig,
  messageMachine,
  type MessageState,
} from "../messages/machine.ts";
import {
  type TaskCommand,
  type TaskConfig,
  taskMachine,
  type TaskState,
} from "../tasks/machine.ts";
import { type Reaction, REACTIONS } from "./reactions.ts";
import { DEFAULT_RULES, type RootRules } from "./rules.ts";

/** The states of all subsystems, and what the reactions between them go by. */
export interface RootState {
  /** Which agents are there, and whether they are alive. */
  readonly agents: MembershipState;
  /** Tasks, and who runs them. */
  readonly tasks: TaskState;
  /** Locks on resources. */
  readonly locks: LockState;
  /** Mailboxes. */
  readonly messages: MessageState;
  /** Circuit breakers. */
  readonly breakers: BreakerState;
  /** Conflicts and versions. */
  readonly conflicts: ConflictState;
  /** What the reactions go by. */
  readonly rules: RootRules;
  /** By the epoch of its claim, each attempt that goes through the breaker of its agent. */
  readonly calls: Map<number, AgentCall>;
  /** By breaker, the claims that have asked for a permit and wait for the answer. */
  readonly asking: Map<string, AskingClaim[]>;
}

/** A claim whose attempt has asked the breaker of its agent for a permit. */
export interface AskingClaim {
  /** Of the claim. */
  readonly epoch: number;
  /** How the attempt has ended, when it did so in the step in which it began. */
  outcome: CallOutcome | undefined;
}

/** An attempt as a call through the breaker of its agent. */
export interface AgentCall {
  /** Of the breaker. */
  readonly name: string;
  /** What let it begin; 0 while the breaker was closed, when nothing has to. */
  readonly permit: number;
  /** Of the breaker's state in which it began. */
  readonly epoch: number;
  /** When it began. */
  readonly since: Instant;
}

/** Whatever one subsystem can be told. Their commands have different names. */
export type PartCommand = Exclude<
  | MembershipCommand
  | TaskCommand
  | LockCommand
  | MessageCommand
  | BreakerCommand
  | ConflictCommand,
  Tick
>;

/**
 * Has an agent do something in a certain life of it. When that life is over, because the agent was
 * given up or has come back under another incarnation, it is refused, whatever it is.
 */
export interface AsAgent extends Named<"as-agent"> {
  /** Who does it. */
  readonly agentId: string;
  /** In which life. */
  readonly incarnation: number;
  /** What it does. */
  readonly command: PartCommand;
}

/** What the root machine can be told. */
export type RootCommand = PartCommand | AsAgent;

/** A running root machine. */
export interface RootHost extends MachineHost<RootState, RootCommand, LockstepEvent> {}

/** The rules of all subsystems, and of the reactions between them. */
export interface RootConfig {
  /** Of members. */
  readonly agents?: Partial<MembershipConfig>;
  /** Of tasks and those who do them. */
  readonly tasks?: Partial<TaskConfig>;
  /** Of locks. */
  readonly locks?: Partial<LockConfig>;
  /** Of mailboxes. */
  readonly messages?: Partial<MessageConfig>;
  /** Of circuit breakers. */
  readonly breakers?: Partial<BreakerConfig>;
  /** Of conflicts and versions. */
  readonly conflicts?: Partial<ConflictConfig>;
  /** Of the reactions between them. */
  readonly rules?: Partial<RootRules>;
}

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
      agents: agents.init() as MembershipState,
      tasks: tasks.init() as TaskState,
      locks: locks.init() as LockState,
      messages: messages.init() as MessageState,
      breakers: breakers.init() as BreakerState,
      conflicts: conflicts.init() as ConflictState,
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

export { type Reaction, REACTIONS } from "./reactions.ts";
export type { RootRules } from "./rules.ts";

const TICK: Tick = { type: "tick" };

/** Nothing is due so early. */
const NEVER: Instant = -Infinity;
