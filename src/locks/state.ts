/**
 * What a lock machine keeps.
 *
 * The parts refer to each other, so that what follows from a release or a wait is found by
 * following references and never by a search. Locks and owners that are idle stay for a while:
 * whoever comes back finds them in place, which makes an uncontended acquire two look-ups.
 *
 * @module
 */

import { type Deadlines, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import type { LockEvent } from "./events.ts";
import type { Heap, HeapEntry } from "../core/data/heap.ts";
import type { Instant } from "../core/machine.ts";
import type { LockConfig } from "./config.ts";
import type { LockMode } from "./types.ts";

/** A resource: who holds it and who waits for it. */
export interface Lock {
  /** Its key in `locks`. */
  readonly resourceId: string;
  /** How many units there are for exclusive holders. */
  capacity: number;
  /** How many of them are held. */
  used: number;
  /** How many hold it shared. */
  sharers: number;
  /** In no particular order. */
  readonly holds: Hold[];
  /** The first is served next. */
  readonly queue: Heap<Ticket>;
  /** The walk that was here last. */
  walk: number;
}

/** Whoever holds or waits, asks or is asked. */
export interface Owner {
  /** Its key in `owners`. */
  readonly owner: string;
  /** Who is shown for it. */
  agentId: string;
  /** In no particular order. */
  readonly holds: Hold[];
  /** In no particular order. */
  readonly waits: Wait[];
  /** Its requests that wait for a response, in no particular order; `undefined` for none. */
  asks: Ask[] | undefined;
  /** What it was asked and has not answered, in no particular order; `undefined` for nothing. */
  askedBy: Ask[] | undefined;
  /** The walk that was here last. */
  walk: number;
}

/** A grant that stands. */
export interface Hold {
  /** Tells it from a wait where a timer is about either. */
  readonly kind: "hold";
  /** What is held. */
  readonly lock: Lock;
  /** Who holds it. */
  readonly owner: Owner;
  /** All holds of a lock have the same. */
  readonly mode: LockMode;
  /** How many of the lock's `capacity` it takes; without meaning when it is shared. */
  readonly units: number;
  /** Its number; larger than that of any earlier hold. */
  readonly epoch: number;
  /** When it was granted. */
  readonly since: Instant;
  /** The wait that led to it, or 0. */
  readonly waitId: number;
  /** How long its lease is, or 0. */
  leaseMs: number;
  /** When its lease ends; none without a lease. */
  lease: Timer<Hold | Wait> | undefined;
  /** Where it stands in `lock.holds`. */
  lockIndex: number;
  /** Where it stands in `owner.holds`. */
  ownerIndex: number;
}

/** A wait for one lock, or for several at once. */
export interface Wait {
  /** Tells it from a hold where a timer is about either. */
  readonly kind: "wait";
  /** Its key in `waits`; larger than that of any earlier wait, and the number of any earlier ask. */
  readonly id: number;
  /** Who waits. */
  readonly owner: Owner;
  /** One for each lock. */
  tickets: readonly Ticket[];
  /** Decides, with `since`, the rank of its tickets; and who gives way in a deadlock. */
  readonly priority: number;
  /** When it began. */
  readonly since: Instant;
  /** How long it may take, or 0. */
  readonly timeoutMs: number;
  /** Of the grant that it waits for, or 0. */
  readonly leaseMs: number;
  /** When it has taken too long; none without a limit. */
  timeout: Timer<Hold | Wait> | undefined;
  /** Where it stands in `owner.waits`, or -1 when it has ended. */
  ownerIndex: number;
}

/**
 * A wait's place in the queue of one lock. Its rank is `since − priority × agingMs`: it never
 * changes, so a wait is overtaken only by those that began less than `Δpriority × agingMs` later.
 */
export interface Ticket extends HeapEntry {
  /** In whose queue it stands. */
  readonly lock: Lock;
  /** What it is part of. */
  readonly wait: Wait;
  /** How the lock is asked for. */
  readonly mode: LockMode;
  /** How many of the lock's `capacity` it asks for; 1 when it is shared. */
  readonly units: number;
}

/** A request that waits for its response. */
export interface Ask {
  /** Its key in `asks`. */
  readonly askId: string;
  /** Larger than that of any earlier ask, and the id of any earlier wait. */
  readonly number: number;
  /** Who asks. */
  readonly from: Owner;
  /** Who is asked. */
  readonly to: Owner;
  /** Decides who gives way in a deadlock. */
  readonly priority: number;
  /** When it was asked. */
  readonly since: Instant;
  /** Where it stands in `from.asks`. */
  fromIndex: number;
  /** Where it stands in `to.askedBy`. */
  toIndex: number;
}

/** The state of a lock machine. */
export interface LockState {
  /** The rules that it goes by. */
  readonly config: LockConfig;
  /** By resource. */
  readonly locks: Map<string, Lock>;
  /** By what an owner is called. */
  readonly owners: Map<string, Owner>;
  /** By number, oldest first. */
  readonly waits: Map<number, Wait>;
  /** By id, oldest first. */
  readonly asks: Map<string, Ask>;
  /** When leases end and waits have taken too long. */
  readonly deadlines: Deadlines<Hold | Wait>;
  /** The newest epoch. */
  epoch: number;
  /** The newest wait or ask. */
  lastWait: number;
  /** How many of `locks` are neither held nor waited for nor defined. */
  idleLocks: number;
  /** How many of `owners` neither hold nor wait, ask nor are asked. */
  idleOwners: number;
  /** How often waits were followed from owner to owner. */
  walks: number;
}

/** The state in which nothing is held. */
export function emptyLocks(config: LockConfig): LockState {
  return {
    config,
    locks: new Map(),
    owners: new Map(),
    waits: new Map(),
    asks: new Map(),
    deadlines: noDeadlines(),
    epoch: 0,
    lastWait: 0,
    idleLocks: 0,
    idleOwners: 0,
    walks: 0,
  };
}

/** One step under way: what has happened in it, and what is still to be looked at. */
export interface LockStep {
  readonly state: LockState;
  readonly now: Instant;
  /** The events of the step, in order. */
  readonly events: LockEvent[];
  /** Made when something follows from what happened. */
  followUps: FollowUps | undefined;
}

/** What is still to be looked at in a step. */
export interface FollowUps {
  /** Locks that may have something to give to the first of their queue. */
  readonly unserved: Lock[];
  /** Waits for several locks of which one became theirs in another way. */
  readonly candidates: Wait[];
  /** Owners through whom a new cycle would go. */
  readonly suspects: Owner[];
}

/** Appends an event to those of the step. */
export function emit(step: LockStep, event: LockEvent): void {
  step.events.push(event);
}

/** The lists of what is still to be looked at. */
export function followUps(step: LockStep): FollowUps {
  step.followUps ??= { unserved: [], candidates: [], suspects: [] };
  return step.followUps;
}
