/**
 * The timers of tasks, of agents and of requests: what each of them does when it is due.
 *
 * @module
 */

import { expireReport, uncordon } from "./agents.ts";
import { expireFinished } from "./finished.ts";
import { endDelay } from "./later.ts";
import { receiveToken } from "./permits.ts";
import { fireAsk, giveBack } from "./pull.ts";
import { runOccasions } from "./schedules.ts";
import type { Step, TaskRecord, TaskTimer } from "./state.ts";
import {
  attemptOf,
  endLingering,
  fail,
  failAttempt,
  orphan,
  ready,
  timeOut,
} from "./transitions.ts";

/** Does what a timer that is due is for. */
export function fireTimer(step: Step, due: TaskTimer): void {
  switch (due.limit) {
    case "grace":
      return endLingering(step, due.lingering, true);
    case "cordon":
      return uncordon(step, due.agent, due.cause);
    case "report":
      return expireReport(step, due.agent);
    case "ask":
      return fireAsk(step, due.ask);
    case "collect":
      return giveBack(step, due.task, "its agent did not come back for it");
    case "rate":
      return receiveToken(step, due.key);
    case "backoff":
      return endPause(step, due.task);
    case "schedule":
      return runOccasions(step, due.schedule);
    case "delay":
      return endDelay(step, due.task);
    case "retention":
      return expireFinished(step.state, step.now);
    default:
      return exceedLimit(step, due.task, due.limit);
  }
}

function endPause(step: Step, task: TaskRecord): void {
  task.timer = undefined;
  if (task.lingering === 0) ready(step, task);
}

function exceedLimit(
  step: Step,
  task: TaskRecord,
  limit: "queue" | "attempt" | "heartbeat" | "total",
): void {
  const error = timeOut(step, task, limit);
  const attempt = attemptOf(task);
  if (limit === "heartbeat") orphan(step, task, "its heartbeat stopped", attempt);
  else if (limit === "attempt") failAttempt(step, task, error, attempt);
  else fail(step, task, error, attempt);
}
