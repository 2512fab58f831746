/**
 * The invariants of the state of the root machine over all subsystems.
 *
 * @module
 */

import { deadlineOf } from "../../../core/data/deadlines.ts";
import type { Instant } from "../../../core/machine.ts";
import type { PartName, RootState } from "../../../root/state.ts";
import { agentBreakerName } from "../../../root/reactions/breakers.ts";
import { fail } from "../failure.ts";

/** Checks all of them. Costs O(agents). */
export function checkWhole(state: RootState, now: Instant): void {
  checkDue(state);
  checkOverdue(state, now);
  checkMembers(state);
  checkSuspectsAvoided(state);
  checkBreakersObeyed(state);
}

/** The time of the next timer that is noted for each part is that of the part's first timer. */
function checkDue({ due, agents, locks, tasks, messages, conflicts }: RootState): void {
  const parts = { agents, locks, tasks, messages, conflicts };
  let earliest = Infinity;
  for (const [name, part] of Object.entries(parts)) {
    const next = deadlineOf(part);
    if (due.byPart[name as PartName] !== next) {
      fail("DueIsNoted", `${due.byPart[name as PartName]} is noted for ${name}, ${next} is due`);
    }
    earliest = Math.min(earliest, next);
  }
  if (due.earliest !== earliest) fail("DueIsNoted", `${due.earliest}, and ${earliest} is due`);
}

/** After a step, nothing is overdue; a pause of no time may end with the next step. */
function checkOverdue({ due }: RootState, now: Instant): void {
  if (due.earliest < now) fail("NothingOverdue", `a timer of ${due.earliest} at ${now}`);
}

/** An agent that is registered for tasks is a member, where agents are shared. */
function checkMembers({ rules, tasks, agents }: RootState): void {
  if (!rules.sharesAgents) return;
  for (const agentId of tasks.agents.keys()) {
    if (agents.members.has(agentId)) continue;
    fail("AgentsAreMembers", `"${agentId}" is registered for tasks, and no member`);
  }
}

/** A suspected agent is cordoned. */
function checkSuspectsAvoided({ tasks, agents }: RootState): void {
  for (const { agentId, isSuspect } of agents.members.values()) {
    if (!isSuspect || tasks.agents.get(agentId)?.cordons.has("suspect") !== false) continue;
    fail("SuspectsAvoided", `"${agentId}" may be dead, and is given tasks`);
  }
}

/**
 * An agent is cordoned for its breaker only while that is open, and limited to as many slots as that
 * admits probes until it is closed.
 */
function checkBreakersObeyed({ rules, tasks, breakers }: RootState): void {
  if (rules.agentBreaker === undefined) return;
  for (const { agentId, cordons, slotLimit } of tasks.agents.values()) {
    const breaker = breakers.breakers.get(agentBreakerName(agentId));
    const { state = "closed" } = breaker?.phase ?? {};
    if (cordons.has("breaker") && state !== "open") {
      fail("BreakersObeyed", `"${agentId}" is cordoned, and its breaker is ${state}`);
    }
    const limit = state === "closed" ? 0 : breaker!.rules.halfOpenLimit;
    if (slotLimit === limit) continue;
    fail("BreakersObeyed", `"${agentId}" has ${slotLimit} slots, and its breaker is ${state}`);
  }
}
