/**
 * All operations of the HTTP API.
 *
 * @module
 */

import type { Operation } from "../operation.ts";
import { AGENT_OPERATIONS } from "./agents.ts";
import { DASHBOARD_OPERATIONS } from "./dashboard.ts";
import { INSIGHT_OPERATIONS } from "./insight.ts";
import { LOCK_OPERATIONS } from "./locks.ts";
import { MESSAGE_OPERATIONS } from "./messages.ts";
import { TASK_OPERATIONS } from "./tasks.ts";

/** The operations, by subject. */
export const OPERATIONS: Readonly<Record<string, readonly Operation[]>> = {
  agents: AGENT_OPERATIONS,
  tasks: TASK_OPERATIONS,
  locks: LOCK_OPERATIONS,
  messages: MESSAGE_OPERATIONS,
  insight: INSIGHT_OPERATIONS,
  dashboard: DASHBOARD_OPERATIONS,
};
