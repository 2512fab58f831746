/**
 * The state, the commands and the config of the root machine.
 *
 * @module
 */

import type { MembershipAnswers, MembershipCommand } from "../agents/commands.ts";
import type { MembershipConfig } from "../agents/config.ts";
import type { MembershipState } from "../agents/state.ts";
import type { BreakerAnswers, BreakerCommand } from "../breakers/commands.ts";
import type { CallOutcome } from "../breakers/types.ts";
import type { BreakerState } from "../breakers/state.ts";
import type { BreakerConfig } from "../breakers/config.ts";
import type { ConflictAnswers, ConflictCommand } from "../conflicts/commands.ts";
import type { ConflictState } from "../conflicts/state.ts";
import type { ConflictConfig } from "../conflicts/config.ts";
import type { MachineHost } from "../core/client.ts";
import type { Instant, Named, Tick } from "../core/machine.ts";
import type { LockAnswers, LockCommand } from "../locks/commands.ts";
import type { LockConfig } from "../locks/config.ts";
import type { LockState } from "../locks/state.ts";
import type { MessageAnswers, MessageCommand } from "../messages/commands.ts";
import type { MessageConfig } from "../messages/config.ts";
import type { MessageState } from "../messages/state.ts";
import type { TaskAnswers, TaskCommand } from "../tasks/commands.ts";
import type { TaskConfig } from "../tasks/config.ts";
import type { TaskState } from "../tasks/state.ts";
import type { Due } from "./composition.ts";
import type { LockstepEvent } from "./events.ts";
import type { RootRules } from "./rules.ts";

/** A subsystem, by the name of its state. */
export type PartName = "agents" | "locks" | "tasks" | "messages" | "breakers" | "conflicts";

/** The states of all subsystems, and the data of the reactions between them. */
export interface RootState {
  /** The agents, and whether they are alive. */
  readonly agents: MembershipState;
  /** Tasks, and the agents that run them. */
  readonly tasks: TaskState;
  /** Locks on resources. */
  readonly locks: LockState;
  /** Mailboxes. */
  readonly messages: MessageState;
  /** Circuit breakers. */
  readonly breakers: BreakerState;
  /** Conflicts and versions. */
  readonly conflicts: ConflictState;
  /** When the next timer of each subsystem is due. */
  readonly due: Due<PartName>;
  /** The options of the reactions. */
  readonly rules: RootRules;
  /** By the epoch of its claim, each attempt that is a call through the breaker of its agent. */
  readonly calls: Map<number, AgentCall>;
  /** By breaker, the claims that have requested a permit and wait for the answer. */
  readonly asking: Map<string, AskingClaim[]>;
}

/** A claim whose attempt has asked the breaker of its agent for a permit. */
export interface AskingClaim {
  /** The epoch of the claim. */
  readonly epoch: number;
  /** The outcome of an attempt that ended in the step in which it started. */
  outcome: CallOutcome | undefined;
}

/** An attempt as a call through the breaker of its agent. */
export interface AgentCall {
  /** The name of the breaker. */
  readonly name: string;
  /** The permit; 0 when it started while the breaker was closed, which needs none. */
  readonly permit: number;
  /** The epoch of the breaker when it started. */
  readonly epoch: number;
  /** When it began. */
  readonly since: Instant;
}

/** The commands of all subsystems; no two of them share a name. */
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
 * Applies a command of one incarnation of an agent. Refused when that incarnation is not in force,
 * as the agent was declared dead, left, or joined again.
 */
export interface AsAgent extends Named<"as-agent"> {
  /** The id of the agent. */
  readonly agentId: string;
  /** The number of the incarnation. */
  readonly incarnation: number;
  /** The command. */
  readonly command: PartCommand;
}

/**
 * Applies a command that a person gave, and records that. Answers as that command does; a refused one
 * is not recorded.
 */
export interface AsOperator extends Named<"as-operator"> {
  /** The name of the person. */
  readonly by: string;
  /** Why, for people. @default none */
  readonly reason?: string;
  /** The command. */
  readonly command: PartCommand;
}

/** The commands of the root machine. */
export type RootCommand = PartCommand | AsAgent | AsOperator;

/** The answers of the root machine, by the type of the command. */
export type RootAnswers =
  & MembershipAnswers
  & TaskAnswers
  & LockAnswers
  & MessageAnswers
  & BreakerAnswers
  & ConflictAnswers
  & { readonly "as-agent": unknown; readonly "as-operator": unknown };

/** A running root machine. */
export interface RootHost extends MachineHost<RootState, RootCommand, LockstepEvent, RootAnswers> {}

/** The rules of all subsystems, and of the reactions between them. */
export interface RootConfig {
  /** Options of membership. */
  readonly agents?: Partial<MembershipConfig>;
  /** Options of tasks. */
  readonly tasks?: Partial<TaskConfig>;
  /** Options of locks. */
  readonly locks?: Partial<LockConfig>;
  /** Options of mailboxes. */
  readonly messages?: Partial<MessageConfig>;
  /** Options of circuit breakers. */
  readonly breakers?: Partial<BreakerConfig>;
  /** Options of conflicts and versions. */
  readonly conflicts?: Partial<ConflictConfig>;
  /** Options of the reactions between them. */
  readonly rules?: Partial<RootRules>;
}
