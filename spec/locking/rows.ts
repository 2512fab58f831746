/**
 * Commands of the lock machine as the records of its specification: see `Command` of `Locking.tla`.
 *
 * @module
 */

import type { LockCommand } from "../../src/locks/commands.ts";
import type { ResourceRequest } from "../../src/locks/types.ts";
import type { Move } from "../../src/testing/explorer.ts";
import { lockOf } from "./paths.ts";

/** A command, or what else a row of a run says, and the fields of its event. */
export type Row = Record<string, unknown>;

/** Returns the record of a command, or of the time that passes before one that only lets it pass. */
export function rowOf({ command, afterMs }: Move<LockCommand>): Row {
  switch (command.type) {
    case "tick":
      return { do: "tick", ms: afterMs };
    case "resume-listening":
      return { do: "wake", ms: afterMs };
    case "acquire": {
      const { type, owner, priority, timeoutMs, leaseMs, wait, ticket } = command;
      const { keepMs = 0, waitMs = -1 } = command;
      if (ticket !== undefined) {
        return { do: "resume", owner, ...requestOf(command), wait: ticket, keepMs, waitMs };
      }
      return { do: type, owner, ...requestOf(command), priority, timeoutMs, leaseMs, wait };
    }
    case "acquire-all": {
      const { type, owner, priority, timeoutMs, leaseMs } = command;
      const requests = command.requests.map(requestOf);
      return { do: type, owner, requests, priority, timeoutMs, leaseMs };
    }
    case "release": {
      const { type, owner, resourceId, epoch } = command;
      return { do: type, owner, lock: lockOf(resourceId), epoch };
    }
    case "renew": {
      const { type, owner, resourceId, epoch, leaseMs } = command;
      return { do: type, owner, lock: lockOf(resourceId), epoch, leaseMs };
    }
    case "cancel-wait":
      return { do: command.type, owner: command.owner, wait: command.waitId };
    case "detach-wait": {
      const { type, owner, waitId: wait, keepMs } = command;
      return { do: type, owner, wait, keepMs };
    }
    case "release-all":
      return { do: command.type, owner: command.owner };
    case "evict": {
      const { type, resourceId, agentIds } = command;
      return { do: type, lock: lockOf(resourceId), owners: new Set(agentIds) };
    }
    case "revoke":
      return { do: command.type, lock: lockOf(command.resourceId), epoch: command.epoch };
    case "ask": {
      const { type, askId: id, agentId: owner, toAgentId: to, priority } = command;
      return { do: type, id, owner, to, priority };
    }
    case "end-ask":
      return { do: command.type, id: command.askId };
    case "define":
      return { do: command.type, lock: lockOf(command.resourceId), capacity: command.capacity };
    default:
      throw new Error(`Cannot write ${command.type}: the specification must have it`);
  }
}

/** Returns the record of a request for one lock. */
export function requestOf({ resourceId, mode, units }: ResourceRequest): Row {
  return { lock: lockOf(resourceId), mode, units };
}
