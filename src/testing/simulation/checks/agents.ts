/**
 * What the events have said of agents: in which incarnation each is, and that nothing is left of who is gone.
 *
 * @module
 */

import type { RootCommand, RootState } from "../../../root/state.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import type { Instant, Tick } from "../../../core/machine.ts";
import { fail } from "../failure.ts";

/** Follows the events of agents. */
export class AgentShadow {
  readonly #incarnations = new Map<string, number>();
  /** When each was last heard of. */
  readonly #lastHeartbeats = new Map<string, Instant>();
  /** Who went in the step under way, and did not come back. */
  readonly #departed = new Set<string>();
  #incarnation = 0;
  #refusals = 0;

  take(event: LockstepEvent, at: Instant, heartbeatTimeoutMs: number): void {
    switch (event.type) {
      case "agent:joined":
        if (event.incarnation <= this.#incarnation) {
          fail("EpochMonotonic", `"${event.agentId}" joins as ${event.incarnation}`);
        }
        this.#incarnation = event.incarnation;
        this.#incarnations.set(event.agentId, event.incarnation);
        this.#lastHeartbeats.set(event.agentId, at);
        this.#departed.delete(event.agentId);
        return;
      case "agent:spawned":
        this.#departed.delete(event.agentId);
        return;
      case "agent:heartbeat":
        this.#lastHeartbeats.set(event.agentId, at);
        return;
      case "listening:resumed":
        for (const agentId of this.#lastHeartbeats.keys()) this.#lastHeartbeats.set(agentId, at);
        return;
      case "agent:died":
        if (at - this.#lastHeartbeats.get(event.agentId)! < heartbeatTimeoutMs) {
          fail(
            "DiesOnlyAfterTimeout",
            `"${event.agentId}" was heard of ${heartbeatTimeoutMs} ms ago`,
          );
        }
        this.#incarnations.delete(event.agentId);
        this.#departed.add(event.agentId);
        return;
      case "agent:left":
        this.#incarnations.delete(event.agentId);
        this.#departed.add(event.agentId);
        return;
      case "agent:terminated":
        this.#departed.add(event.agentId);
        return;
      case "agent:refused":
        this.#refusals++;
    }
  }

  /** In which incarnation `agentId` is; 0 for none. */
  incarnationOf(agentId: string): number {
    return this.#incarnations.get(agentId) ?? 0;
  }

  /** Who acts for an earlier incarnation is refused; `life` is what was in force before the command. */
  checkCommand(command: RootCommand | Tick, incarnation: number): void {
    const wasRefused = this.#refusals > 0;
    this.#refusals = 0;
    if (command.type !== "as-agent" || wasRefused) return;
    if (
      this.incarnationOf(command.agentId) === command.incarnation ||
      incarnation === command.incarnation
    ) {
      return;
    }
    fail("StaleRejected", `"${command.agentId}" did something as ${command.incarnation}`);
  }

  /** Nothing anywhere speaks of an agent that went in this step, if it was such a step. */
  check(state: RootState, isLeaving: boolean): void {
    if (this.#departed.size === 0) return;
    if (isLeaving) { for (const agentId of this.#departed) checkGone(agentId, state); }
    this.#departed.clear();
  }
}

function checkGone(agentId: string, state: RootState): void {
  const { tasks, locks, messages, agents, conflicts, breakers } = state;
  const owner = locks.owners.get(agentId);
  if (owner !== undefined && owner.holds.length + owner.waits.length > 0) {
    fail("NoGhostWaiter", `"${agentId}" is gone, and holds or waits`);
  }
  if (tasks.agents.has(agentId)) fail("OwnedByLiveAgent", `"${agentId}" is gone, and has tasks`);
  if (agents.members.has(agentId)) fail("NoGhostMember", `"${agentId}" is gone, and a member`);
  if (messages.mailboxes.has(agentId)) fail("NoGhostMailbox", `"${agentId}" is gone`);
  if (messages.waitingOn.has(agentId) || messages.askedOf.has(agentId)) {
    fail("NoGhostWaiter", `"${agentId}" is gone, and asks or is asked`);
  }
  if (conflicts.knownAgents.has(agentId)) fail("NoGhostParty", `"${agentId}" is gone`);
  if (breakers.breakers.has(`agent:${agentId}`)) fail("NoGhostBreaker", `"${agentId}" is gone`);
}
