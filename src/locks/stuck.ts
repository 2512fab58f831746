/**
 * Who is stuck: still waiting when everybody who can go on has gone on, given everything back and
 * answered what it was asked.
 *
 * Only where a resource has several units does a cycle of waits say too little, since another
 * holder may give back enough. Who only asks, and is asked by those whom it asks, isn't stuck:
 * nothing keeps any of them from answering.
 *
 * @module
 */

import { isBlocked } from "./edges.ts";
import type { Hold, Lock, LockState, Owner, Ticket } from "./state.ts";
import { follow, startWalk, visit, type Walk } from "./walk.ts";

/** Marks who is stuck among those whom `start` waits for, directly or not, and returns the mark. */
export function markStuck(state: LockState, start: Owner): number {
  const walk = startWalk(state, start, undefined);
  for (let i = 0; i < walk.owners.length; i++) {
    const { waits, asks } = walk.owners[i]!;
    for (const { tickets } of waits) {
      for (const ticket of tickets) if (isBlocked(ticket)) follow(walk, ticket, i, undefined);
    }
    if (asks !== undefined) { for (const ask of asks) visit(walk, ask.to, ask, i); }
  }
  const freed = ++state.walks;
  do freeWhoCanGoOn(walk, freed); while (freeWhoOnlyAsk(walk, freed));
  return walk.number;
}

/**
 * Whoever can go on loses the mark, which may let others go on. Going from the farthest to the
 * nearest settles a tree of waits in one round; another round follows as long as somebody did.
 */
function freeWhoCanGoOn({ owners, number: stuck }: Walk, freed: number): void {
  let somebody = true;
  while (somebody) {
    somebody = false;
    for (let i = owners.length - 1; i >= 0; i--) {
      const owner = owners[i]!;
      if (owner.walk !== stuck || isKeptByLock(owner, stuck) || isKeptByAsk(owner, stuck)) continue;
      owner.walk = freed;
      somebody = true;
    }
  }
}

/** Frees those who neither wait for a lock nor, directly or not, ask somebody who does. */
function freeWhoOnlyAsk({ owners, number: stuck }: Walk, freed: number): boolean {
  const left = owners.filter((owner) => owner.walk === stuck);
  if (left.every(({ asks }) => asks === undefined)) return false;
  const kept = new Set(left.filter((owner) => isKeptByLock(owner, stuck)));
  for (const { askedBy } of kept) { // grows while it is read
    for (const { from } of askedBy ?? []) if (from.walk === stuck) kept.add(from);
  }
  for (const owner of left) if (!kept.has(owner)) owner.walk = freed;
  return kept.size < left.length;
}

function isKeptByAsk({ asks }: Owner, stuck: number): boolean {
  return asks !== undefined && asks.some(({ to }) => to.walk === stuck);
}

/** Whether `owner` doesn't get all locks that it waits for once all without the mark are done. */
function isKeptByLock({ waits }: Owner, stuck: number): boolean {
  for (const { tickets } of waits) {
    for (const ticket of tickets) {
      if (isBlocked(ticket) && !canBeGranted(ticket, stuck)) return true;
    }
  }
  return false;
}

function canBeGranted({ lock, wait, mode, units }: Ticket, stuck: number): boolean {
  const first = lock.queue[0]!.wait.owner;
  if (first !== wait.owner && first.walk === stuck) return false;
  if (mode === "shared") return !lock.holds.some((hold) => isKept(hold, stuck, "exclusive"));
  return !lock.holds.some((hold) => isKept(hold, stuck, "shared")) &&
    keptUnits(lock, stuck) + units <= lock.capacity;
}

function isKept(hold: Hold, stuck: number, mode: Hold["mode"]): boolean {
  return hold.mode === mode && hold.owner.walk === stuck;
}

function keptUnits(lock: Lock, stuck: number): number {
  let units = 0;
  for (const hold of lock.holds) if (isKept(hold, stuck, "exclusive")) units += hold.units;
  return units;
}
