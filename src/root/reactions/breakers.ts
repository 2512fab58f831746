/**
 * The circuit breaker of each agent: its attempts are calls, and while it keeps failing it gets no
 * tasks.
 *
 * An attempt begins under the epoch of the breaker's state, and how it ends counts for that state
 * only. When the breaker opens, the agent is avoided until the breaker will let a call through;
 * from then until it closes the agent has no more tasks at once than the breaker admits probes.
 * Whatever ends an attempt through no fault of its own counts for nothing.
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

/** The agent whose breaker is called so, if agents have breakers and it is registered. */
function agentOf(name: string, { rules, tasks }: RootState): string | undefined {
  if (rules.agentBreaker === undefined || !name.startsWith(PREFIX)) return undefined;
  const agentId = name.slice(PREFIX.length);
  return tasks.agents.has(agentId) ? agentId : undefined;
}

/** Gives an agent its breaker. */
export function makeBreaker(
  { agentId }: Happened<"agent:spawned">,
  { rules: { agentBreaker }, breakers }: RootState,
): PartCommand | undefined {
  const name = agentBreakerName(agentId);
  if (agentBreaker === undefined || breakers.breakers.has(name)) return undefined;
  return { type: "define-breaker", name, rules: agentBreaker };
}

/** Takes it away with the agent. */
export function forgetBreaker(
  { agentId }: Happened<"agent:terminated">,
  { breakers, asking }: RootState,
): PartCommand | undefined {
  const name = agentBreakerName(agentId);
  if (!breakers.breakers.has(name)) return undefined;
  asking.delete(name);
  return { type: "remove-breaker", name };
}

/** Makes an attempt a call, if it is admitted: by a closed breaker without a permit. */
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

/** Keeps the permit of the attempt that asked first, or settles it when that is over already. */
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
  "task:completed" | "task:failed" | "task:cancelled" | "task:backed-off" | "task:requeued"
>;

/** Tells the breaker how an attempt ended. */
export function settleCall(event: End, state: RootState): PartCommand | undefined {
  const call = state.calls.get(event.epoch);
  if (call === undefined) return noteOutcome(event, state);
  state.calls.delete(event.epoch);
  const { name, permit, epoch, since } = call;
  if (!state.breakers.breakers.has(name)) return undefined;
  return { type: "settle-permit", name, permit, epoch, since, outcome: outcomeOf(event) };
}

/** An attempt that began and ended in one step has asked for a permit, and not got it yet. */
function noteOutcome(event: End, { asking }: RootState): undefined {
  if (asking.size === 0 || event.agentId === undefined) return;
  const claims = asking.get(agentBreakerName(event.agentId));
  const claim = claims?.find(({ epoch }) => epoch === event.epoch);
  if (claim !== undefined) claim.outcome = outcomeOf(event);
}

/** Codes of errors by which an attempt ends through no fault of its agent; one is the task's own. */
const NEUTRAL: ReadonlySet<string | undefined> = new Set([
  ...BLAMELESS,
  ...["preempted", "quarantined", "non-retryable"],
]);

function outcomeOf(event: End): CallOutcome {
  switch (event.type) {
    case "task:completed":
      return "success";
    case "task:failed":
    case "task:backed-off":
      return NEUTRAL.has(event.error.code) ? "neutral" : "failure";
    case "task:cancelled":
    case "task:requeued":
      return "neutral";
  }
}

/** Limits an agent to as many tasks as its breaker admits probes, until the breaker is closed. */
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
export function passOver(
  { name, to, retryAt = 0 }: Happened<"circuitbreaker:state-change">,
  state: RootState,
): PartCommand | undefined {
  const agentId = agentOf(name, state);
  if (agentId === undefined) return undefined;
  if (to !== "open") return { type: "uncordon-agent", agentId, cause: "breaker" };
  const reason = "its attempts kept failing";
  return { type: "cordon-agent", agentId, cause: "breaker", reason, untilMs: retryAt };
}

/** Requeues the tasks that were placed with an agent that is passed over, and have not started. */
export function shedWhileOpen(
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
