/**
 * The steps of the lock machine as expressions of its specification.
 *
 * @module
 */

import type { Tick } from "../../src/core/machine.ts";
import type { LockCommand } from "../../src/locks/commands.ts";
import type { StateGraph } from "../../src/testing/explorer.ts";
import { type Reading, THEN } from "../tool/graphs.ts";
import { canonical, expression } from "../tool/value.ts";
import { commandText, lockOf, movesOf } from "./exploration.ts";
import type { LockModel } from "./models.ts";

const NOTHING = canonical({ type: "nothing" });

/** Reads TLC's graph: an event within a step is its own label, and settling has none. */
export const READING: Reading = {
  isStable: (state) => state.get("todo")!.includes('"open":FALSE'),
  label: (action, to) => {
    if (action === "settled") return "";
    if (action !== "follow") return textOf(action);
    const told = to.get("told")!;
    if (told === NOTHING) throw new Error("Cannot read a graph: what follows must be told");
    return told;
  },
  hidden: ["todo", "told"],
};

/** A name for each command with each of its answers, as far as the machine was seen to give it. */
export function lockActions(model: LockModel, graph: StateGraph): Map<string, string> {
  const moves = new Map(
    movesOf(model).map((
      { command, afterMs },
    ) => [commandText(command, afterMs), { command, afterMs }]),
  );
  const seen = new Set<string>();
  for (const state of graph.states.keys()) {
    for (const { label } of graph.edgesFrom(state)) seen.add(label.split(THEN)[0]!);
  }
  const actions = new Map([["follow", "Follow"], ["settled", "Settled"]]);
  for (const text of [...seen].sort()) {
    const [asked = "", answer] = text.split(" = ");
    const { command, afterMs } = moves.get(asked)!;
    actions.set(nameOf(text), expressionOf(command, afterMs, answer));
  }
  return actions;
}

/** Names have no spaces, hyphens and equal signs; what stands for them is in no other name. */
function nameOf(text: string): string {
  return text.replaceAll(" = ", "_is_").replaceAll(" ", "_").replaceAll("-", "_H_");
}

function textOf(name: string): string {
  return name.replaceAll("_is_", " = ").replaceAll("_H_", "-").replaceAll("_", " ");
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
  const isAsking = (command.type === "acquire" || command.type === "acquire-all") &&
    command.ticket === undefined;
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
        const asked = [owner, { lock: lockOf(resourceId), mode, units }, ticket];
        return ["Resume", [owner, lockOf(resourceId), mode, units, ticket, keepMs, waitMs], asked];
      }
      const what = [owner, lockOf(resourceId), mode, units, priority];
      return ["Acquire", [...what, timeoutMs, leaseMs, wait], [...what, wait]];
    }
    case "acquire-all": {
      const requests = command.requests.map(({ resourceId, mode, units }) => ({
        lock: lockOf(resourceId),
        mode,
        units,
      }));
      const what = [command.owner, requests, command.priority];
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
    case "define":
      return ["Define", [lockOf(command.resourceId), command.capacity]];
    default:
      throw new Error(`Cannot write ${command.type}: the specification must have it`);
  }
}
