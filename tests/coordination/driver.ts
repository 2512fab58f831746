/**
 * Drives a root machine by hand, with short forms of its commands.
 *
 * @module
 */

import type { RootAnswers, RootCommand, RootConfig, RootState } from "../../src/root/state.ts";
import { rootMachine } from "../../src/root/machine.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import type { Tick } from "../../src/core/machine.ts";
import { Driver } from "../support/driver.ts";
import { claimOwner, type ResourceRequest } from "../../src/locks/types.ts";
import type { TaskStatus } from "../../src/tasks/types.ts";
import type { Acquire } from "../../src/locks/commands.ts";
import type { SendMessage } from "../../src/messages/commands.ts";
import { lockEpochOf, type TaskRecord } from "../../src/tasks/state.ts";

/** Resources as a task asks for them: ids, or ids with `:shared` or `:3` for three units. */
export function resources(...names: readonly string[]): ResourceRequest[] {
  return names.map((name) => {
    const [resourceId = "", suffix = "1"] = name.split(":");
    return suffix === "shared"
      ? { resourceId, mode: "shared", units: 1 }
      : { resourceId, mode: "exclusive", units: Number(suffix) };
  });
}

/** The command that acquires one lock. */
export function acquire(
  resourceId: string,
  agentId: string,
  fields: Partial<Omit<Acquire, "type">> = {},
): Acquire {
  return {
    type: "acquire",
    resourceId,
    agentId,
    owner: agentId,
    mode: "exclusive",
    units: 1,
    priority: 0,
    timeoutMs: 0,
    leaseMs: 0,
    wait: true,
    ...fields,
  };
}

/** The command that sends a message, or a request when `responseMs` says how long it waits. */
export function message(
  from: string,
  to: string,
  responseMs = 0,
  fields: Partial<Omit<SendMessage, "type">> = {},
): SendMessage {
  return {
    type: "send-message",
    from,
    to,
    kind: "message",
    payload: 1,
    priority: 0,
    ttlMs: 0,
    messageId: "",
    responseMs,
    ...fields,
  };
}

/** Drives a root machine by hand. */
export class RootDriver extends Driver<RootState, RootCommand, LockstepEvent, RootAnswers> {
  constructor(config: RootConfig = {}) {
    super(rootMachine(config));
  }

  /** Steps the commands at the same instant, and returns all events. */
  override do(...commands: readonly (RootCommand | Tick)[]): LockstepEvent[] {
    return commands.flatMap((command) => super.do(command));
  }

  task(taskId: string): TaskRecord {
    const task = this.state.tasks.tasks.get(taskId);
    if (task === undefined) throw new Error(`There is no task ${taskId}`);
    return task;
  }

  status(taskId: string): TaskStatus {
    return this.task(taskId).status;
  }

  /** Acquires a lock for the claim in force on a task, as its handler would. */
  acquireWithin(taskId: string, resourceId: string): LockstepEvent[] {
    const task = this.task(taskId);
    const owner = claimOwner(taskId, lockEpochOf(task));
    return this.do(acquire(resourceId, task.agent!.agentId, { owner }));
  }

  /** The holders of a resource: agents by their id, claims as `task #epoch`. */
  holders(resourceId: string): string[] {
    const holds = this.state.locks.locks.get(resourceId)?.holds ?? [];
    return holds.map(({ owner: { owner } }) => readableOwner(owner)).sort();
  }
}

function readableOwner(owner: string): string {
  const [, epoch, taskId] = owner.split("\u001f");
  return taskId === undefined ? owner : `${taskId} #${epoch}`;
}

/** Each event as `name task-or-resource agent`, as far as it has them. */
export function lines(events: readonly LockstepEvent[]): string[] {
  return events.map((event) => {
    const { type, taskId, resourceId, agentId } = event as {
      type: string;
      taskId?: string;
      resourceId?: string;
      agentId?: string;
    };
    return [type, taskId ?? resourceId, agentId].filter((part) => part).join(" ");
  });
}
