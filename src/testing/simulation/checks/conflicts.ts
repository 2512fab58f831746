/**
 * What the events have said of conflicts, votes and versions.
 *
 * @module
 */

import type { ConflictState } from "../../../conflicts/state.ts";
import type { RootCommand } from "../../../root/state.ts";
import type { LockstepEvent } from "../../../root/events.ts";
import { fail } from "../failure.ts";

/** How many settled conflicts are remembered, to see that none is settled again. */
const REMEMBERED = 10_000;

/** Follows the events of conflicts. */
export class ConflictShadow {
  /** Open ones, with who takes part. */
  readonly #open = new Map<string, ReadonlySet<string>>();
  readonly #settled = new Set<string>();
  /** From each vote that is open to who has voted. */
  readonly #votes = new Map<string, Set<string>>();
  readonly #versions = new Map<string, number>();

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

  /** A change is taken only if it is based on the newest version. */
  checkCommit(
    { resourceId, agentId, expectedVersion }: Extract<RootCommand, { type: "commit-version" }>,
    events: readonly LockstepEvent[],
  ): void {
    for (const event of events) {
      if (event.type !== "version:committed" || event.agentId !== agentId) continue;
      if (event.version === expectedVersion + 1) continue;
      fail(
        "StaleRejected",
        `"${resourceId}" was at ${event.version - 1}, not ${expectedVersion}`,
      );
    }
  }

  /** Compares what is open with what was said to be. */
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
