/**
 * The steps of the breaker machine as expressions of its specification.
 *
 * @module
 */

import type { Tick } from "../../src/core/machine.ts";
import type { BreakerCommand } from "../../src/breakers/commands.ts";
import type { StateGraph } from "../../src/testing/explorer.ts";
import { answeredActions } from "../tool/answers.ts";
import { expression } from "../tool/value.ts";
import { commandText, movesOf } from "./exploration.ts";
import type { BreakerModel } from "./models.ts";

/** A name for each command with each of its answers, as far as the machine was seen to give it. */
export function breakerActions(model: BreakerModel, graph: StateGraph): Map<string, string> {
  const { rules } = model;
  const moves = new Map(
    movesOf(model).map((move) => [
      commandText(rules, move.command, move.afterMs),
      move,
    ]),
  );
  return answeredActions(graph, moves, ({ command, afterMs }, answer) => {
    if (command.type === "tick") return `MayPass(${afterMs}) /\\ Tick(${afterMs})`;
    const guard = guardOf(command);
    const asked = expressionOf(model, command);
    return `Stable /\\ ${guard} /\\ Answer(${asked}) = ${expression(answer)} /\\ Command(${asked})`;
  });
}

function guardOf(command: Exclude<BreakerCommand, Tick>): string {
  if (command.type === "request-permit") return "MayRequest";
  return command.type === "settle-permit" ? `MayReport(${expression(command.name)})` : "MayAct";
}

/** A command as a record of the specification, by the operator that makes it. */
function expressionOf({ rules }: BreakerModel, command: Exclude<BreakerCommand, Tick>): string {
  const call = (operator: string, ...list: readonly unknown[]) =>
    `${operator}(${[command.name, ...list].map(expression).join(", ")})`;
  switch (command.type) {
    case "define-breaker":
      return call(
        "DefineBreaker",
        Object.keys(rules).find((name) => rules[name] === command.rules)!,
      );
    case "remove-breaker":
      return call("RemoveBreaker");
    case "request-permit":
      return call("RequestPermit", command.timeoutMs);
    case "settle-permit": {
      const { permit, epoch, since = -1, outcome } = command;
      return call("SettlePermit", permit, epoch, since, outcome);
    }
    case "force-breaker":
      return call("ForceBreaker", command.state);
    case "hold-breaker":
      return call("HoldBreaker", command.reason);
    case "reset-breaker":
      return call("ResetBreaker");
    default:
      throw new Error(`Cannot write ${command.type}: the specification must have it`);
  }
}
