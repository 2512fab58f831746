/**
 * The steps of the mailbox machine as expressions of its specification.
 *
 * @module
 */

import type { StateGraph } from "../../src/testing/explorer.ts";
import { answeredActions } from "../tool/answers.ts";
import { expression } from "../tool/value.ts";
import { commandText, movesOf, recordOf } from "./exploration.ts";
import type { DeliveryModel } from "./models.ts";

/** A name for each command with each of its answers, as far as the machine was seen to give it. */
export function deliveryActions(model: DeliveryModel, graph: StateGraph): Map<string, string> {
  const moves = new Map(
    movesOf(model).map((move) => [commandText(move.command, move.afterMs), move]),
  );
  return answeredActions(graph, moves, ({ command, afterMs }, answer) => {
    if (command.type === "tick") return `MayPass(${afterMs}) /\\ Tick(${afterMs})`;
    const asked = expression(recordOf(command));
    return `Stable /\\ May(${asked}) /\\ Answer(${asked}) = ${expression(answer)} /\\ Do(${asked})`;
  });
}
