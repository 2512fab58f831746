/**
 * The incarnations of agents by their events, and the check that nothing is left of a removed agent.
 *
 * @module
 */

import type { DisconnectAgent } from "../../../agents/commands.ts";
import type { AsAgent, RootState } from "../../../root/state.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import { ownersOf } from "../../../locks/state.ts";
import type { Instant } from "../../../core/machine.ts";
import { fail } from "../failure.ts";

/** Follows the events of agents, and compares the machine with them. */
export class AgentShadow {
  readonly #incarnations = new Map<string, number>();
  /** When the silence of each agent began: with its newest heartbeat, or as its connection was lost. */
  readonly #silentSince = new Map<string, Instant>();
  /** The graces of the agents whose connections are lost, in milliseconds. */
  readonly #graces = new Map<string, number>();
  /** The agents that left in the current step, and did not come back. */
  readonly #departed = new Set<string>();
  /** The agents whose removal was refused in the current step. */
  readonly #unknown = new Set<string>();
  #incarnation = 0;

  /** Goes on from `state`, without the events that led to it. */
  resume({ members, lastIncarnation }: RootState["agents"]): void {
    for (const { agentId, incarnation, silentSince, graceMs } of members.values()) {
      this.#incarnations.set(agentId, incarnation);
      this.#silentSince.set(agentId, silentSince);
      if (graceMs > 0) this.#graces.set(agentId, graceMs);
    }
    this.#incarnation = lastIncarnation;
  }

  take(event: LockstepEvent, at: Instant, heartbeatTimeoutMs: number): void {
    switch (event.type) {
      case "agent:joined":
        if (event.incarnation <= this.#incarnation) {
          fail("EpochMonotonic", `"${event.agentId}" joins as ${event.incarnation}`);
        }
        this.#incarnation = event.incarnation;
        this.#incarnations.set(event.agentId, event.incarnation);
        this.#silentSince.set(event.agentId, at);
        this.#graces.delete(event.agentId);
        this.#departed.delete(event.agentId);
        return;
      case "agent:spawned":
        this.#departed.delete(event.agentId);
        return;
      case "agent:heartbeat":
        this.#silentSince.set(event.agentId, at);
        this.#graces.delete(event.agentId);
        return;
      case "listening:resumed":
        for (const agentId of this.#silentSince.keys()) this.#silentSince.set(agentId, at);
        return;
      case "agent:died":
        this.#checkDeath(event.agentId, at, heartbeatTimeoutMs || Infinity);
        return this.#end(event.agentId);
      case "agent:left":
        return this.#end(event.agentId);
      case "agent:terminated":
        this.#departed.add(event.agentId);
        return;
      case "task:refused":
        if (event.command === "remove-agent") this.#unknown.add(event.agentId!);
    }
  }

  /** Takes in that a report of a lost connection was accepted. */
  disconnect({ agentId, graceMs }: DisconnectAgent, at: Instant): void {
    this.#silentSince.set(agentId, at);
    this.#graces.set(agentId, graceMs);
  }

  /** Returns the incarnation of `agentId` in force; 0 for none. */
  incarnationOf(agentId: string): number {
    return this.#incarnations.get(agentId) ?? 0;
  }

  /** Checks that an accepted command was not of a former incarnation; `former` is that before it. */
  checkIncarnation({ agentId, incarnation }: AsAgent, former: number): void {
    if (this.incarnationOf(agentId) === incarnation || former === incarnation) return;
    fail("StaleRejected", `"${agentId}" did something as ${incarnation}`);
  }

  /**
   * Checks, after a step of that kind, that no state contains an agent that left in it, or that was
   * unknown.
   */
  check(state: RootState, at: Instant, isLeaving: boolean): void {
    checkSuspects(state);
    this.#checkDisconnected(state, at);
    for (const agentId of this.#unknown) checkGone(agentId, state);
    this.#unknown.clear();
    if (this.#departed.size === 0) return;
    if (isLeaving) { for (const agentId of this.#departed) checkGone(agentId, state); }
    this.#departed.clear();
  }

  /** Checks that an agent that dies was silent for its grace, or for its timeout if it was not cut off. */
  #checkDeath(agentId: string, at: Instant, heartbeatTimeoutMs: number): void {
    const mayLastMs = this.#graces.get(agentId) ?? heartbeatTimeoutMs;
    if (at - this.#silentSince.get(agentId)! >= mayLastMs) return;
    fail("DiesOnlyAfterTimeout", `"${agentId}" died, and may be silent for ${mayLastMs} ms`);
  }

  /** Checks that each agent whose connection is lost is suspected, and is gone after its grace. */
  #checkDisconnected({ agents, tasks }: RootState, at: Instant): void {
    for (const [agentId, graceMs] of this.#graces) {
      if (at >= this.#silentSince.get(agentId)! + graceMs) {
        fail("DiesAfterGrace", `"${agentId}" is a member after ${graceMs} ms without a connection`);
      }
      const isTrusted = tasks.agents.get(agentId)?.cordons.has("suspect") === false;
      if (isTrusted || agents.members.get(agentId)?.isSuspect !== true) {
        fail("DisconnectedIsSuspect", `"${agentId}" lost its connection, and is trusted`);
      }
    }
  }

  #end(agentId: string): void {
    this.#incarnations.delete(agentId);
    this.#graces.delete(agentId);
    this.#departed.add(agentId);
  }
}

/** Checks that no agent is cordoned for a suspicion that is over. */
function checkSuspects({ tasks, agents }: RootState): void {
  for (const { agentId, isSuspect } of agents.members.values()) {
    if (isSuspect || !tasks.agents.get(agentId)?.cordons.has("suspect")) continue;
    fail("TrustedGetsTasks", `"${agentId}" is not suspected, and is cordoned as a suspect`);
  }
}

function checkGone(agentId: string, state: RootState): void {
  const { tasks, locks, messages, agents, conflicts, breakers } = state;
  for (const { holds, waits } of ownersOf(locks, agentId)) {
    if (holds.length + waits.length > 0) {
      fail("NoGhostWaiter", `"${agentId}" left, and holds or waits`);
    }
  }
  if (tasks.agents.has(agentId)) fail("OwnedByLiveAgent", `"${agentId}" left, and has tasks`);
  if (agents.members.has(agentId)) fail("NoGhostMember", `"${agentId}" left, and is a member`);
  if (messages.mailboxes.has(agentId)) fail("NoGhostMailbox", `"${agentId}" left`);
  if (messages.waitingOn.has(agentId) || messages.askedOf.has(agentId)) {
    fail("NoGhostWaiter", `"${agentId}" left, and has requests`);
  }
  if (conflicts.knownAgents.has(agentId)) fail("NoGhostParty", `"${agentId}" left`);
  if (breakers.breakers.has(`agent:${agentId}`)) fail("NoGhostBreaker", `"${agentId}" left`);
}
