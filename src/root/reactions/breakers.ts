/**
 * The circuit breaker of each agent: its attempts are calls through the breaker, and while that is
 * open the agent is cordoned.
 *
 * An attempt starts under the epoch of the breaker's state, and its outcome counts for that state
 * only. When the breaker opens, the agent is cordoned until the open time is over; from then until
 * the breaker closes, its slots are limited to the number of probes that the breaker admits. An
 * attempt that ends through no fault of its agent is neutral.
 *
 * Where no other agent is fit, the agent gets its tasks nevertheless. An attempt that the breaker does
 * not admit is no call, so it is neither rejected nor counted: the breaker opens, admits probes and
 * closes as if it had not been made.
 *
 * @module
 */

import type { CallOutcome } from "../../breakers/types.ts";
import { type Breaker, outlook } from "../../breakers/state.ts";
import type { Instant } from "../../core/machine.ts";
import { BLAMELESS } from "../../tasks/errors.ts";
import type { AskingClaim, PartCommand, RootState } from "../state.ts";
import type { Happened } from "./reaction.ts";

const PREFIX = "agent:";

/** Returns the name of the breaker of an agent. */
export function agentBreakerName(agentId: string): string {
  return PREFIX + agentId;
}

/** Returns the agent of the breaker `name`, if agents have breakers and it is registered. */
function agentOf(name: string, { rules, tasks }: RootState): string | undefined {
  if (rules.agentBreaker === undefined || !name.startsWith(PREFIX)) return undefined;
  const agentId = name.slice(PREFIX.length);
  return tasks.agents.has(agentId) ? agentId : undefined;
}

/** Gives an agent its breaker, also in place of one that was evicted. */
export function makeBreaker(
  { agentId }: Happened<"agent:spawned" | "task:started">,
  { rules: { agentBreaker }, breakers }: RootState,
): PartCommand | undefined {
  if (agentBreaker === undefined) return undefined;
  const name = agentBreakerName(agentId);
  if (breakers.breakers.has(name)) return undefined;
  return { type: "define-breaker", name, rules: agentBreaker };
}

/** Removes the breaker of an agent that is gone. */
export function forgetBreaker(
  { agentId }: Happened<"agent:terminated" | "agent:forgotten">,
  { breakers, asking }: RootState,
): PartCommand | undefined {
  const name = agentBreakerName(agentId);
  if (!breakers.breakers.has(name)) return undefined;
  asking.delete(name);
  return { type: "remove-breaker", name };
}

/** Removes it, with what it keeps from the agent, as agents have breakers no longer. */
export function removeAgentBreaker(
  { breakers, asking }: RootState,
  agentId: string,
  give: (command: PartCommand) => unknown,
): void {
  const name = agentBreakerName(agentId);
  if (!breakers.breakers.has(name)) return;
  give({ type: "reset-breaker", name });
  asking.delete(name);
  give({ type: "remove-breaker", name });
}

/** Makes an attempt a call: under a closed breaker without asking, otherwise with a permit. */
export function beginCall(
  { agentId, epoch }: Happened<"task:started">,
  state: RootState,
  now: Instant,
): PartCommand | undefined {
  const breaker = breakerOf(agentId, state);
  if (breaker === undefined) return undefined;
  const { name } = breaker;
  if (breaker.phase.state === "closed") {
    state.calls.set(epoch, { name, permit: 0, epoch: breaker.epoch, since: now });
    return undefined;
  }
  if (!outlook(breaker, now).admits) return undefined;
  const claim = { epoch, outcome: undefined };
  const asking = state.asking.get(name);
  if (asking === undefined) state.asking.set(name, [claim]);
  else asking.push(claim);
  return { type: "request-permit", name, timeoutMs: 0 };
}

/** Gives the permit to the oldest attempt that requested one; ends the call if that has ended. */
export function admitCall(
  { name, permit, epoch, since }: Happened<"circuitbreaker:permitted">,
  state: RootState,
): PartCommand | undefined {
  const claim = nextAsking(name, state);
  if (claim === undefined) return undefined;
  const call = { name, permit, epoch, since };
  if (claim.outcome !== undefined) {
    return { type: "settle-permit", ...call, outcome: claim.outcome };
  }
  state.calls.set(claim.epoch, call);
  return undefined;
}

function nextAsking(name: string, { asking }: RootState): AskingClaim | undefined {
  const claims = asking.get(name);
  const claim = claims?.shift();
  if (claims?.length === 0) asking.delete(name);
  return claim;
}

type End = Happened<
  | ("task:completed" | "task:failed" | "task:cancelled" | "task:backed-off" | "task:requeued")
  | ("task:snoozed" | "task:blocked" | "task:proposed")
>;

/** Reports the outcome of an attempt to the breaker. */
export function endCall(event: End, state: RootState): PartCommand | undefined {
  const call = state.calls.get(event.epoch);
  if (call === undefined) return noteOutcome(event, state);
  state.calls.delete(event.epoch);
  const { name, permit, epoch, since } = call;
  if (!state.breakers.breakers.has(name)) return undefined;
  return { type: "settle-permit", name, permit, epoch, since, outcome: outcomeOf(event) };
}

/** Notes the outcome of an attempt whose request for a permit has no answer yet. */
function noteOutcome(event: End, { asking }: RootState): undefined {
  if (asking.size === 0 || event.agentId === undefined) return;
  const claims = asking.get(agentBreakerName(event.agentId));
  const claim = claims?.find(({ epoch }) => epoch === event.epoch);
  if (claim !== undefined) claim.outcome = outcomeOf(event);
}

/** Codes of errors that are neutral: they are not the fault of the agent. */
const NEUTRAL: ReadonlySet<string | undefined> = new Set([
  ...BLAMELESS,
  ...["preempted", "quarantined", "non-retryable"],
]);

function outcomeOf(event: End): CallOutcome {
  switch (event.type) {
    case "task:completed":
    case "task:proposed":
      return "success";
    case "task:failed":
    case "task:backed-off":
      return NEUTRAL.has(event.error.code) ? "neutral" : "failure";
    case "task:cancelled":
    case "task:requeued":
    case "task:snoozed":
    case "task:blocked":
      return "neutral";
  }
}

/** Limits the slots of an agent to the number of probes, until its breaker is closed. */
export function limitToProbes(
  { name, to }: Happened<"circuitbreaker:state-change">,
  state: RootState,
): PartCommand | undefined {
  const agentId = agentOf(name, state);
  const breaker = state.breakers.breakers.get(name);
  if (agentId === undefined || breaker === undefined) return undefined;
  return { type: "limit-agent", agentId, slots: to === "closed" ? 0 : breaker.rules.halfOpenLimit };
}

/** Cordons an agent while its breaker is open. */
export function cordonWhileOpen(
  { name, to, retryAt = 0 }: Happened<"circuitbreaker:state-change">,
  state: RootState,
): PartCommand | undefined {
  const agentId = agentOf(name, state);
  if (agentId === undefined) return undefined;
  if (to !== "open") return { type: "uncordon-agent", agentId, cause: "breaker" };
  const reason = "its attempts kept failing";
  return { type: "cordon-agent", agentId, cause: "breaker", reason, untilMs: retryAt };
}

/** Cordons an agent until its breaker, which is held open, is reset. */
export function cordonWhileHeld(
  { name, reason }: Happened<"circuitbreaker:held">,
  state: RootState,
): PartCommand | undefined {
  const agentId = agentOf(name, state);
  if (agentId === undefined) return undefined;
  const why = `its breaker is held open: ${reason}`;
  return { type: "cordon-agent", agentId, cause: "breaker", reason: why, untilMs: 0 };
}

/** Lifts the limit of an agent whose breaker was removed before it closed. */
export function unlimitWithoutBreaker(
  { name }: Happened<"circuitbreaker:removed">,
  state: RootState,
): PartCommand | undefined {
  const agentId = agentOf(name, state);
  if (agentId === undefined || state.tasks.agents.get(agentId)!.slotLimit === 0) return undefined;
  return { type: "limit-agent", agentId, slots: 0 };
}

/** Uncordons an agent whose open breaker was removed. */
export function uncordonWithoutBreaker(
  { name }: Happened<"circuitbreaker:removed">,
  state: RootState,
): PartCommand | undefined {
  const agentId = agentOf(name, state);
  if (!state.tasks.agents.get(agentId ?? "")?.cordons.has("breaker")) return undefined;
  return { type: "uncordon-agent", agentId: agentId!, cause: "breaker" };
}

/** Requeues the unstarted tasks of an agent whose breaker opened. */
export function requeueWhileOpen(
  { name, to }: Happened<"circuitbreaker:state-change">,
  state: RootState,
): PartCommand | undefined {
  const agentId = to === "closed" ? undefined : agentOf(name, state);
  if (agentId === undefined) return undefined;
  return { type: "requeue-unstarted", agentId, reason: `agent "${agentId}" is passed over` };
}

function breakerOf(agentId: string, { rules, breakers }: RootState): Breaker | undefined {
  if (rules.agentBreaker === undefined) return undefined;
  return breakers.breakers.get(agentBreakerName(agentId));
}
