/**
 * The event that says who gave a command, and about what.
 *
 * @module
 */

import { quote } from "../core/arguments.ts";
import type { Descriptions } from "../core/describe.ts";
import type { Named } from "../core/machine.ts";

/** The kind of a thing that a person acted on. */
export type OperatorSubject =
  | "agent"
  | "breaker"
  | "conflict"
  | "limit"
  | "message"
  | "resource"
  | "schedule"
  | "task"
  | "topic";

/** A person gave a command, which was accepted; the events that it led to follow. */
export interface OperatorActed extends Named<"operator:acted"> {
  /** The name of the person. */
  readonly by: string;
  /** The command's `type`. */
  readonly command: string;
  /** The kind of the thing that the command is about. Left out for none, as with `pause`. */
  readonly subject?: OperatorSubject;
  /** The id of that thing. */
  readonly subjectId?: string;
  /** The tasks of a command about several. */
  readonly taskIds?: readonly string[];
  /** Why, for people. Left out when the person gave none, or the command itself has it. */
  readonly reason?: string;
}

/** The events of the root machine itself. */
export type OperatorEvent = OperatorActed;

/** The one-line description of each event. */
export const OPERATOR_DESCRIPTIONS: Descriptions<OperatorEvent> = {
  "operator:acted": ({ by, command, subjectId, taskIds, reason }) => {
    const id = subjectId === undefined ? "" : ` ${quote(subjectId)}`;
    const several = taskIds === undefined ? "" : ` (${taskIds.length} tasks)`;
    return `operator ${by}: ${command}${id}${several}${reason === undefined ? "" : `, ${reason}`}`;
  },
};
