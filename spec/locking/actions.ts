/**
 * The steps of the lock machine as expressions of its specification.
 *
 * @module
 */

import type { Tick } from "../../src/core/machine.ts";
import type { LockCommand } from "../../src/locks/commands.ts";
import type { StateGraph } from "../../src/testing/explorer.ts";
import { ANSWERED_READING, answeredActions } from "../tool/answers.ts";
import type { Reading } from "../tool/graphs.ts";
import { expression } from "../tool/value.ts";
import { commandText, type LockModel, movesOf } from "./exploration.ts";
import { lockOf } from "./paths.ts";
import { requestOf } from "./rows.ts";

/** Returns the reading of a model's graph. Requests for a response are only in those of seeded ones. */
export function readingOf(model: LockModel): Reading {
  if ("seed" in model) return ANSWERED_READING;
  return { ...ANSWERED_READING, hidden: [...ANSWERED_READING.hidden, "asks"] };
}

/** A name for each command with each of its answers, as far as the machine was seen to give it. */
export function lockActions(model: LockModel, graph: StateGraph): Map<string, string> {
  const moves = new Map(
    movesOf(model).map((move) => [commandText(move.command, move.afterMs), move]),
  );
  return answeredActions(
    graph,
    moves,
    ({ command, afterMs }, answer) => expressionOf(command, afterMs, answer),
  );
}

function expressionOf(
  command: LockCommand | Tick,
  afterMs: number,
  answer: string | undefined,
): string {
  if (command.type === "tick") return `MayPass(${afterMs}) /\\ Tick(${afterMs})`;
  if (command.type === "resume-listening") return `MayPass(${afterMs}) /\\ Wake(${afterMs})`;
  const [name, values, asked = values] = operatorOf(command);
  const call = (operator: string, list: readonly unknown[]) =>
    `${operator}(${list.map(expression).join(", ")})`;
  const isAsking = command.type === "ask" ||
    ((command.type === "acquire" || command.type === "acquire-all") && !command.ticket);
  const parts = answer!.split(" ");
  const answered = command.type === "acquire-all" ? expression(parts) : expression(answer);
  return [
    "Stable",
    ...(isAsking ? ["MayAsk"] : []),
    `${call(`AnswerTo${name}`, asked)} = ${answered}`,
    call(name, values),
  ].join(" /\\ ");
}

/** The operator for a command, what it is given, and what its answer depends on if that is less. */
export function operatorOf(
  command: LockCommand,
): [name: string, values: readonly unknown[], asked?: readonly unknown[]] {
  switch (command.type) {
    case "acquire": {
      const { owner, resourceId, mode, units, priority, timeoutMs, leaseMs, wait } = command;
      const { ticket, keepMs = 0, waitMs = -1 } = command;
      if (ticket !== undefined) {
        const asked = [owner, requestOf(command), ticket];
        return ["Resume", [owner, lockOf(resourceId), mode, units, ticket, keepMs, waitMs], asked];
      }
      const what = [owner, lockOf(resourceId), mode, units, priority];
      return ["Acquire", [...what, timeoutMs, leaseMs, wait], [...what, wait]];
    }
    case "acquire-all": {
      const what = [command.owner, command.requests.map(requestOf), command.priority];
      return ["AcquireAll", [...what, command.timeoutMs, command.leaseMs], what];
    }
    case "release":
      return ["Release", [command.owner, lockOf(command.resourceId), command.epoch]];
    case "renew": {
      const what = [command.owner, lockOf(command.resourceId), command.epoch];
      return ["Renew", [...what, command.leaseMs], what];
    }
    case "cancel-wait":
      return ["CancelWait", [command.owner, command.waitId]];
    case "detach-wait": {
      const { owner, waitId, keepMs } = command;
      return ["DetachWait", [owner, waitId, keepMs], [owner, waitId]];
    }
    case "release-all":
      return ["ReleaseAll", [command.owner]];
    case "evict":
      return ["Evict", [lockOf(command.resourceId), new Set(command.agentIds)]];
    case "revoke":
      return ["Revoke", [lockOf(command.resourceId), command.epoch]];
    case "ask": {
      const what = [command.askId, command.agentId, command.toAgentId];
      return ["Ask", [...what, command.priority], what];
    }
    case "end-ask":
      return ["EndAsk", [command.askId]];
    case "define":
      return ["Define", [lockOf(command.resourceId), command.capacity]];
    default:
      throw new Error(`Cannot write ${command.type}: the specification must have it`);
  }
}
