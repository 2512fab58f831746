/**
 * What the events have said of agents: in which life each is, and that nothing is left of who is gone.
 *
 * @module
 */

import type { RootCommand, RootState } from "../../../root/state.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import type { Instant, Tick } from "../../../core/machine.ts";
import { accuse } from "../failure.ts";

/** Follows the events of agents. */
export class AgentShadow {
  readonly #lives = new Map<string, number>();
  /** When each was last heard of. */
  readonly #heard = new Map<string, Instant>();
  /** Who went in the step under way, and did not come back. */
  readonly #gone = new Set<string>();
  #incarnation = 0;
  #refusals = 0;

  take(event: LockstepEvent, at: Instant, heartbeatTimeoutMs: number): void {
    switch (event.type) {
      case "agent:joined":
        if (event.incarnation <= this.#incarnation) {
          accuse("EpochMonotonic", `"${event.agentId}" joins as ${event.incarnation}`);
        }
        this.#incarnation = event.incarnation;
        this.#lives.set(event.agentId, event.incarnation);
        this.#heard.set(event.agentId, at);
        this.#gone.delete(event.agentId);
        return;
      case "agent:spawned":
        this.#gone.delete(event.agentId);
        return;
      case "agent:heartbeat":
        this.#heard.set(event.agentId, at);
        return;
      case "listening:resumed":
        for (const agentId of this.#heard.keys()) this.#heard.set(agentId, at);
        return;
      case "agent:died":
        if (at - this.#heard.get(event.agentId)! < heartbeatTimeoutMs) {
          accuse("DiesOnlySilent", `"${event.agentId}" was heard of ${heartbeatTimeoutMs} ms ago`);
        }
        this.#lives.delete(event.agentId);
        this.#gone.add(event.agentId);
        return;
      case "agent:left":
        this.#lives.delete(event.agentId);
        this.#gone.add(event.agentId);
        return;
      case "agent:terminated":
        this.#gone.add(event.agentId);
        return;
      case "agent:refused":
        this.#refusals++;
    }
  }

  /** In which life `agentId` is; 0 for none. */
  lifeOf(agentId: string): number {
    return this.#lives.get(agentId) ?? 0;
  }

  /** Who acts for an earlier life is refused; `life` is what was in force before the command. */
  checkCommand(command: RootCommand | Tick, life: number): void {
    const wasRefused = this.#refusals > 0;
    this.#refusals = 0;
    if (command.type !== "as-agent" || wasRefused) return;
    if (this.lifeOf(command.agentId) === command.incarnation || life === command.incarnation) {
      return;
    }
    accuse("StaleRejected", `"${command.agentId}" did something as ${command.incarnation}`);
  }

  /** Nothing anywhere speaks of an agent that went in this step, if it was such a step. */
  check(state: RootState, isLeaving: boolean): void {
    if (this.#gone.size === 0) return;
    if (isLeaving) { for (const agentId of this.#gone) checkGone(agentId, state); }
    this.#gone.clear();
  }
}

function checkGone(agentId: string, state: RootState): void {
  const { tasks, locks, messages, agents, conflicts, breakers } = state;
  const owner = locks.owners.get(agentId);
  if (owner !== undefined && owner.holds.length + owner.waits.length > 0) {
    accuse("NoGhostWaiter", `"${agentId}" is gone, and holds or waits`);
  }
  if (tasks.agents.has(agentId)) accuse("OwnedByLiveAgent", `"${agentId}" is gone, and has tasks`);
  if (agents.members.has(agentId)) accuse("NoGhostMember", `"${agentId}" is gone, and a member`);
  if (messages.mailboxes.has(agentId)) accuse("NoGhostMailbox", `"${agentId}" is gone`);
  if (messages.waitingOn.has(agentId) || messages.askedOf.has(agentId)) {
    accuse("NoGhostWaiter", `"${agentId}" is gone, and asks or is asked`);
  }
  if (conflicts.parties.has(agentId)) accuse("NoGhostParty", `"${agentId}" is gone`);
  if (breakers.breakers.has(`agent:${agentId}`)) accuse("NoGhostBreaker", `"${agentId}" is gone`);
}
