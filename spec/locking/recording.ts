/**
 * Runs of the lock machine as rows for the specification.
 *
 * @module
 */

import type { LockEvent } from "../../src/locks/events.ts";
import type { LockCommand } from "../../src/locks/commands.ts";
import type { RecordedStep } from "../../src/testing/recorder.ts";
import { lockOf, toldOf } from "./exploration.ts";

/** A command, or `follow`, and the fields of its event. */
export type Row = Record<string, unknown>;

/** Rows of a run: one for each command and each event, and one for each time that time passes. */
export class Recording {
  readonly rows: Row[] = [];
  /** Number of rows that have an event. */
  events = 0;
  #now = 0;

  /** Takes a step of the machine. */
  readonly take = ({ at, command, events }: RecordedStep<LockCommand, LockEvent>): void => {
    if (command.type === "resume-listening") {
      this.rows.push({ do: "wake", ms: at - this.#now, told: NOTHING });
    } else if (at > this.#now) this.rows.push({ do: "tick", ms: at - this.#now, told: NOTHING });
    this.#now = at;
    this.events += events.length;
    const [answer, ...others] = events;
    if (command.type !== "tick" && command.type !== "resume-listening") {
      this.rows.push({ ...asked(command), told: answer === undefined ? NOTHING : toldOf(answer) });
    } else if (answer !== undefined) others.unshift(answer);
    for (const event of others) this.rows.push({ do: "follow", told: toldOf(event) });
  };
}

const NOTHING = { type: "nothing" };

/** A command as a row has it. */
function asked(command: Exclude<LockCommand, { type: "tick" }>): Row {
  switch (command.type) {
    case "acquire": {
      const { type, owner, resourceId, mode, units, priority, timeoutMs, leaseMs, wait } = command;
      const { ticket, keepMs = 0, waitMs = -1 } = command;
      if (ticket !== undefined) {
        const lock = lockOf(resourceId);
        return { do: "resume", owner, lock, mode, units, wait: ticket, keepMs, waitMs };
      }
      const what = { owner, lock: lockOf(resourceId), mode, units, priority };
      return { do: type, ...what, timeoutMs, leaseMs, wait };
    }
    case "acquire-all": {
      const { type, owner, priority, timeoutMs, leaseMs } = command;
      const requests = command.requests
        .map(({ resourceId, mode, units }) => ({ lock: lockOf(resourceId), mode, units }));
      return { do: type, owner, requests, priority, timeoutMs, leaseMs };
    }
    case "release":
      return {
        do: "release",
        owner: command.owner,
        lock: lockOf(command.resourceId),
        epoch: command.epoch,
      };
    case "renew": {
      const { owner, resourceId, epoch, leaseMs } = command;
      return { do: "renew", owner, lock: lockOf(resourceId), epoch, leaseMs };
    }
    case "cancel-wait":
      return { do: "cancel-wait", owner: command.owner, wait: command.waitId };
    case "detach-wait":
      return {
        do: command.type,
        owner: command.owner,
        wait: command.waitId,
        keepMs: command.keepMs,
      };
    case "release-all":
      return { do: "release-all", owner: command.owner };
    case "define":
      return { do: "define", lock: lockOf(command.resourceId), capacity: command.capacity };
    default:
      throw new Error(`Cannot record ${command.type}: the specification must have it`);
  }
}
