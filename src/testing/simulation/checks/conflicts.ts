/**
 * The state of conflicts, votes and versions by their events, against which the machine is compared.
 *
 * @module
 */

import type { CommitVersion } from "../../../conflicts/commands.ts";
import type { ConflictState } from "../../../conflicts/state.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import { fail } from "../failure.ts";

/** The number of resolved conflicts that are remembered, to check that none is resolved again. */
const REMEMBERED = 10_000;

/** Follows the events of conflicts, and compares the machine with them. */
export class ConflictShadow {
  /** The agents of each open conflict. */
  readonly #open = new Map<string, ReadonlySet<string>>();
  readonly #settled = new Set<string>();
  /** The voters of each open vote. */
  readonly #votes = new Map<string, Set<string>>();
  readonly #versions = new Map<string, number>();

  /** Goes on from `state`, without the events that led to it. */
  resume({ active, resolved, versions }: ConflictState): void {
    for (const { id, agents, vote } of active.values()) {
      this.#open.set(id, new Set(agents));
      if (vote !== undefined) this.#votes.set(id, new Set(vote.ballots.keys()));
    }
    for (const id of resolved.keys()) this.#settled.add(id);
    for (const { resourceId, version } of versions.values()) {
      this.#versions.set(resourceId, version);
    }
  }

  take(event: LockstepEvent): void {
    switch (event.type) {
      case "conflict:reported":
        this.#open.set(event.conflict.id, new Set(event.conflict.agents));
        return;
      case "conflict:resolved":
        return this.#resolve(event);
      case "vote:opened":
        this.#votes.set(event.conflictId, new Set());
        return;
      case "vote:cast":
        return this.#vote(event.conflictId, event.voter, event.candidate);
      case "vote:closed":
        this.#votes.delete(event.conflictId);
        return;
      case "version:committed":
        return this.#commit(event.resourceId, event.version);
    }
  }

  /** Checks that an accepted commit was based on the newest version. */
  checkCommit(
    { resourceId, expectedVersion }: CommitVersion,
    { version }: { readonly version: number },
  ): void {
    if (version === expectedVersion + 1) return;
    fail("StaleRejected", `"${resourceId}" was at ${version - 1}, not ${expectedVersion}`);
  }

  /** Compares the open conflicts with their events. */
  check({ active }: ConflictState): void {
    if (active.size !== this.#open.size) {
      fail(
        "EventsMatchState",
        `${active.size} conflicts are open, ${this.#open.size} were expected of`,
      );
    }
    for (const id of active.keys()) {
      if (!this.#open.has(id)) fail("ResolvedOnce", `"${id}" is open again`);
    }
  }

  #resolve(
    { conflict: { id }, resolution }: Extract<LockstepEvent, { type: "conflict:resolved" }>,
  ) {
    const agents = this.#open.get(id);
    if (agents === undefined || this.#settled.has(id)) {
      return fail("ResolvedOnce", `"${id}" was resolved and is not open`);
    }
    const { winner, losers = [] } = resolution;
    for (const agentId of winner === undefined ? losers : [winner, ...losers]) {
      if (!agents.has(agentId)) fail("PartiesOnly", `"${agentId}" has no part in "${id}"`);
    }
    if (winner !== undefined && losers.includes(winner)) fail("PartiesOnly", `"${winner}" loses`);
    this.#open.delete(id);
    this.#settled.add(id);
    if (this.#settled.size > REMEMBERED) this.#settled.delete(this.#settled.keys().next().value!);
  }

  #vote(conflictId: string, voter: string, candidate: string): void {
    const votes = this.#votes.get(conflictId);
    if (votes === undefined) return fail("OneVoteEach", `"${voter}" votes on "${conflictId}"`);
    if (votes.has(voter)) fail("OneVoteEach", `"${voter}" votes twice on "${conflictId}"`);
    votes.add(voter);
    if (this.#open.get(conflictId)?.has(candidate) !== true) {
      fail("PartiesOnly", `"${candidate}" has no part in "${conflictId}"`);
    }
  }

  #commit(resourceId: string, version: number): void {
    const newest = this.#versions.get(resourceId) ?? 0;
    if (version <= newest) {
      fail("VersionMonotonic", `"${resourceId}" has version ${version} after ${newest}`);
    }
    this.#versions.set(resourceId, version);
  }
}
