/**
 * Tasks and the locks that they use as one machine: the part of the root machine that a scheduler
 * alone needs.
 *
 * @module
 */

import type { MachineHost } from "../core/client.ts";
import { describer, type Descriptions } from "../core/describe.ts";
import type { Machine, Tick } from "../core/machine.ts";
import type { LockAnswers, LockCommand } from "../locks/commands.ts";
import type { LockConfig } from "../locks/config.ts";
import { LOCK_DESCRIPTIONS, type LockEvent } from "../locks/events.ts";
import { lockMachine } from "../locks/machine.ts";
import { isInvolved } from "../locks/state.ts";
import type { TaskAnswers, TaskCommand } from "../tasks/commands.ts";
import { TASK_DESCRIPTIONS, type TaskEvent } from "../tasks/events.ts";
import { taskMachine } from "../tasks/machine.ts";
import type { TaskConfig } from "../tasks/config.ts";
import { Composition, type Due, type Reactions } from "./composition.ts";
import {
  acquireResources,
  type ClaimState,
  endAwaits,
  parkClaim,
  preemptAbandoned,
  preemptRefused,
  preemptVictim,
  preemptWithoutLock,
  releaseAgentLocks,
  releaseIfOver,
  releaseResources,
  releaseUnused,
  removalElsewhere,
  rewatchAwaits,
  unblockClaim,
  watchAwait,
  watchAwaited,
  watchLate,
  yieldLocks,
} from "./reactions/claims.ts";

/** The states of tasks and locks. */
export interface SchedulerState extends ClaimState {
  /** When the next timer of each is due. */
  readonly due: Due<"locks" | "tasks">;
}

/** The commands of a scheduler machine. */
export type SchedulerCommand = Exclude<TaskCommand | LockCommand, Tick>;

/** The events of a scheduler machine. */
export type SchedulerEvent = TaskEvent | LockEvent;

/** The answers of a scheduler machine, by the type of the command. */
export type SchedulerAnswers = TaskAnswers & LockAnswers;

/** A running machine of tasks and locks, or one that contains them. */
export interface SchedulerHost
  extends MachineHost<ClaimState, SchedulerCommand, SchedulerEvent, SchedulerAnswers> {}

/** The entries of the table of all reactions that are between tasks and locks. */
const REACTIONS = new Map<string, readonly unknown[]>([
  ["task:assigned", [acquireResources]],
  ["task:admitted", [acquireResources]],
  ["attempt:ended", [releaseResources]],
  ["task:unlocked", [releaseUnused]],
  ["resource:acquired", [unblockClaim]],
  ["resource:queued", [parkClaim, watchAwaited, releaseIfOver]],
  ["task:lent", [watchAwait]],
  ["task:resumed", [endAwaits]],
  ["task:amended", [rewatchAwaits]],
  ["task:created", [watchLate]],
  ["resource:revoked", [preemptWithoutLock]],
  ["resource:expired", [preemptWithoutLock]],
  ["resource:abandoned", [preemptAbandoned]],
  ["resource:refused", [preemptRefused]],
  ["deadlock:detected", [preemptVictim]],
  ["agent:terminated", [releaseAgentLocks]],
]) as Reactions<SchedulerState>;

const DESCRIPTIONS: Descriptions<SchedulerEvent> = { ...TASK_DESCRIPTIONS, ...LOCK_DESCRIPTIONS };

/** Creates a machine of tasks and locks. */
export function schedulerMachine(
  config: { tasks?: Partial<TaskConfig>; locks?: Partial<LockConfig> } = {},
): Machine<SchedulerState, SchedulerCommand, SchedulerEvent, SchedulerAnswers> {
  const parts = { locks: lockMachine(config.locks), tasks: taskMachine(config.tasks) };
  const both = new Composition<keyof typeof parts, SchedulerState>(
    parts,
    REACTIONS,
    removalElsewhere(({ locks }, agentId) => isInvolved(locks, agentId)),
    yieldLocks,
  );
  const machine = {
    name: "scheduler",
    commands: both.commands,
    config: both.config,
    configIn: both.configIn.bind(both),
    init: () => both.init() as SchedulerState,
    step: both.step.bind(both),
    deadline: (state: SchedulerState) => state.due.earliest,
    describe: describer(DESCRIPTIONS),
  };
  return machine as unknown as ReturnType<typeof schedulerMachine>;
}
