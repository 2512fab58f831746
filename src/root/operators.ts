/**
 * The record of what people do: from their commands to events.
 *
 * @module
 */

import type { OperatorActed, OperatorSubject } from "./operator_events.ts";
import type { AsOperator, PartCommand } from "./state.ts";

/** Returns the record of a command of a person. */
export function operatorActed({ by, reason, command }: AsOperator): OperatorActed {
  return {
    type: "operator:acted",
    by,
    command: command.type,
    ...subjectOf(command),
    ...(reason !== undefined && { reason }),
  };
}

/** The fields that name the thing that a command is about, the most specific one first. */
const SUBJECTS: readonly (readonly [field: string, subject: OperatorSubject])[] = [
  ["taskId", "task"],
  ["scheduleId", "schedule"],
  ["resourceId", "resource"],
  ["messageId", "message"],
  ["conflictId", "conflict"],
  ["topic", "topic"],
  ["key", "limit"],
  ["name", "breaker"],
  ["agentId", "agent"],
  ["to", "agent"],
];

function subjectOf(
  command: PartCommand,
): Pick<OperatorActed, "subject" | "subjectId" | "taskIds"> | undefined {
  switch (command.type) {
    case "submit":
      return { subject: "task", subjectId: command.task.id };
    case "set-schedule":
      return { subject: "schedule", subjectId: command.spec.id };
    case "retry": {
      const { taskIds: [taskId], taskIds } = command;
      if (taskIds.length !== 1) return { taskIds };
      return { subject: "task", subjectId: taskId! };
    }
    case "report-conflict":
      return { subject: command.subject, subjectId: command.subjectId };
  }
  const fields = command as unknown as Readonly<Record<string, unknown>>;
  for (const [field, subject] of SUBJECTS) {
    const subjectId = fields[field];
    if (typeof subjectId === "string" && subjectId !== "") return { subject, subjectId };
  }
  return undefined;
}
