/**
 * The state of a lock machine, and questions about it: whether a request can be granted, and what it
 * waits for.
 *
 * Its parts refer to each other: what follows from a release or a wait is found by following
 * references, never by a search. Idle locks and owners stay in the tables for a while. An owner that
 * comes back finds them there, which makes an uncontended acquire two look-ups.
 *
 * A resource that is not a set of paths has its holders and its queue: the first waiter is served
 * next, whatever is behind it. **Sets of paths** that overlap are near to each other, each to itself.
 * A request for one conflicts with the grants of those near to it, and with the waits for them that
 * precede it, unless both modes are shared or both have one owner. A wait that has to wait for an
 * owner anyway doesn't precede a request of that owner, so an agent that holds some paths and
 * requests more doesn't deadlock with those that wait for it.
 *
 * @module
 */

import { type Deadlines, noDeadlines, type Timer } from "../core/data/deadlines.ts";
import { type Heap, type HeapEntry, precedes, push } from "../core/data/heap.ts";
import type { InSession, Instant } from "../core/machine.ts";
import type { LockConfig } from "./config.ts";
import type { LockEvent, WaitEnd } from "./events.ts";
import { noPaths, type PathEntry, type PathIndex } from "./paths.ts";
import { isClaim, type LockMode } from "./types.ts";

/** The state of a lock machine. */
export interface LockState {
  /** The options in force. */
  readonly config: LockConfig;
  /** By resource. */
  readonly locks: Map<string, Lock>;
  /** Those of `locks` that are sets of paths, by the patterns of these. */
  readonly paths: PathIndex<Lock>;
  /** By the name of the owner. */
  readonly owners: Map<string, Owner>;
  /** By agent, the owners that are its own under other names, claims excepted. */
  readonly aliases: Map<string, Set<Owner>>;
  /** By number, oldest first. */
  readonly waits: Map<number, Wait>;
  /** By id, oldest first. */
  readonly requests: Map<string, PendingRequest>;
  /** The outcomes of waits whose callers had left, by the number of the wait, oldest first. */
  readonly endedWaits: Map<number, EndedWait>;
  /** The ends of leases, the time limits of waits, and when their callers leave or are missed. */
  readonly deadlines: Deadlines<LockDue>;
  /** The epoch of the newest grant. */
  epoch: number;
  /** The number of the newest wait or request. */
  lastWait: number;
  /** The number of locks that are held, waited for or defined. */
  locksInUse: number;
  /** The number of locks whose capacity was defined. */
  definitions: number;
  /** The number of locks and owners at which idle ones are forgotten. */
  sweepAt: number;
  /** The number of the newest search for a deadlock. */
  lastSearch: number;
}

/** A resource. */
export interface Lock {
  /** Its key in `locks`. */
  readonly resourceId: string;
  /** The number of units for exclusive holders. */
  capacity: number;
  /** The number of these units that are held; more than there are only after the capacity was lowered. */
  used: number;
  /** The number of shared holders. */
  sharers: number;
  /** In no particular order. */
  readonly holds: Hold[];
  /** The first is served next. */
  readonly queue: Heap<Ticket>;
  /** The number of its holds and tickets, plus 1 if its capacity was defined; 0 when it is idle. */
  uses: number;
  /** The newest search that visited it. */
  search: number;
  /** Its paths; `undefined` for a resource that is not a set of paths. */
  paths: LockPaths | undefined;
}

/** The paths of a lock. */
export interface LockPaths {
  /** Its patterns in the index. */
  readonly entries: readonly PathEntry<Lock>[];
  /** The other locks with a path that matches one of its patterns, in no particular order. */
  readonly overlaps: Lock[];
}

/** A holder of locks, a waiter, a sender or a receiver of requests: an agent, or a claim of one. */
export interface Owner {
  /** Its key in `owners`. */
  readonly owner: string;
  /** The agent that events name. */
  agentId: string;
  /** In no particular order. */
  readonly holds: Hold[];
  /** In no particular order. */
  readonly waits: Wait[];
  /** The requests that it sent, in no particular order; `undefined` for none. */
  outgoing: PendingRequest[] | undefined;
  /** The requests that it has not responded to, in no particular order; `undefined` for none. */
  incoming: PendingRequest[] | undefined;
  /** The newest search that visited it. */
  search: number;
}

/** A grant in force. */
export interface Hold {
  /** The discriminator: a timer is about a hold. */
  readonly kind: "hold";
  /** The lock. */
  readonly lock: Lock;
  /** The owner that holds it. */
  readonly owner: Owner;
  /** The same for all holds of a lock. */
  readonly mode: LockMode;
  /** The number of units of the lock; 1 when it is shared. */
  readonly units: number;
  /** Larger than that of any earlier hold. */
  readonly epoch: number;
  /** The time of the grant. */
  readonly since: Instant;
  /** The wait that ended with the grant, or 0. */
  readonly waitId: number;
  /** The length of the lease, or 0. */
  leaseMs: number;
  /**
   * The time for which it is kept for a caller that has left its wait, or 0. Its lease ends with that
   * time then, and begins anew when a caller comes back for it.
   */
  keepMs: number;
  /** LockDue when the lease ends; `undefined` without a lease. */
  lease: Timer<LockDue> | undefined;
  /** Its index in `lock.holds`. */
  lockIndex: number;
  /** Its index in `owner.holds`. */
  ownerIndex: number;
}

/** A wait for one lock, or for several at once. */
export interface Wait extends InSession {
  /** The discriminator: a timer is about a wait. */
  readonly kind: "wait";
  /** Its key in `waits`; larger than that of any earlier wait or request. */
  readonly id: number;
  /** The owner that waits. */
  readonly owner: Owner;
  /** One for each lock. */
  tickets: readonly Ticket[];
  /** Ranks it among the waits for the same lock: higher first. */
  readonly priority: number;
  /** The time when it began. */
  readonly since: Instant;
  /** Its time limit, or 0. */
  readonly timeoutMs: number;
  /** The length of the lease that it waits for, or 0. */
  readonly leaseMs: number;
  /** LockDue at its time limit; `undefined` without one. */
  timeout: Timer<LockDue> | undefined;
  /** Its caller, if that may leave it, or has left; `undefined` for one that stays to its end. */
  caller: Caller | undefined;
  /** Its index in `owner.waits`, or -1 once it has ended. */
  ownerIndex: number;
}

/** A caller that may leave its wait. */
export interface Caller {
  /** The discriminator: a timer is about a caller. */
  readonly kind: "caller";
  /** The wait. */
  readonly wait: Wait;
  /** The time for which the wait is kept without it. */
  readonly keepMs: number;
  /** Whether it has left. */
  readonly isGone: boolean;
  /** LockDue when it leaves, and once it has left, when the wait lapses; `undefined` for never. */
  readonly timer: Timer<LockDue> | undefined;
}

/** The outcome of a wait whose caller had left. */
export interface EndedWait {
  /** The discriminator: a timer is about an ended wait. */
  readonly kind: "ended";
  /** The owner that waited. */
  readonly owner: string;
  /** The event. */
  readonly end: WaitEnd;
  /** LockDue when it is forgotten. */
  timer: Timer<LockDue> | undefined;
}

/** The subject of a timer. */
export type LockDue = Hold | Wait | Caller | EndedWait;

/**
 * The place of a wait in the queue of one lock. Its rank is `since − priority × agingMs`, which never
 * changes: a wait is overtaken only by waits that began less than `Δpriority × agingMs` later.
 */
export interface Ticket extends HeapEntry {
  /** The lock in whose queue it stands. */
  readonly lock: Lock;
  /** The wait that it belongs to. */
  readonly wait: Wait;
  /** The mode that the wait asks for. */
  readonly mode: LockMode;
  /** The number of units of the lock; 1 when it is shared. */
  readonly units: number;
}

/** A request whose sender waits for the response. */
export interface PendingRequest {
  /** Its key in `requests`. */
  readonly askId: string;
  /** Larger than that of any earlier request, and the id of any earlier wait. */
  readonly number: number;
  /** The owner that waits for the response. */
  readonly from: Owner;
  /** The owner that has to answer. */
  readonly to: Owner;
  /** Compared with the priorities of waits when a deadlock needs a victim. */
  readonly priority: number;
  /** The time when it was sent. */
  readonly since: Instant;
  /** Its index in `from.outgoing`. */
  fromIndex: number;
  /** Its index in `to.incoming`. */
  toIndex: number;
}

/** A step in progress. */
export interface LockStep {
  readonly state: LockState;
  readonly now: Instant;
  /** The events of the step, in order. */
  readonly events: LockEvent[];
  /** Made when something may follow. */
  followUps: FollowUps | undefined;
  /** Sets of paths that the step added or freed. Those not in use are forgotten at its end. */
  idlePaths: Lock[] | undefined;
}

/** The possible consequences of a step so far. */
export interface FollowUps {
  /** Locks whose first waiter may be granted. */
  readonly unserved: Lock[];
  /** Waits for several locks whose owner was granted one of them otherwise. */
  readonly groups: Wait[];
  /** Owners with a new edge of the wait-for graph, in or out. */
  readonly suspects: Owner[];
}

/** The capacity of a resource that was not defined. */
export const DEFAULT_CAPACITY = 1;

/** The number of locks and owners below which none is forgotten. */
const FEWEST_SWEPT = 2048;

/** Returns the state in which no lock is held. */
export function emptyLocks(config: LockConfig): LockState {
  return {
    config,
    locks: new Map(),
    paths: noPaths(),
    owners: new Map(),
    aliases: new Map(),
    waits: new Map(),
    requests: new Map(),
    endedWaits: new Map(),
    deadlines: noDeadlines(),
    epoch: 0,
    lastWait: 0,
    locksInUse: 0,
    definitions: 0,
    sweepAt: FEWEST_SWEPT,
    lastSearch: 0,
  };
}

/** Returns the lists of possible consequences of `step`. */
export function followUps(step: LockStep): FollowUps {
  step.followUps ??= { unserved: emptyList(), groups: [], suspects: emptyList() };
  return step.followUps;
}

/** Whether an agent is a holder of a resource, so that both ids were checked before. */
export function isHolder({ locks }: Readonly<LockState>, resourceId: string, id: string): boolean {
  const hold = locks.get(resourceId)?.holds[0];
  return hold !== undefined && hold.owner.owner === id && hold.owner.agentId === id;
}

/** Returns the lock of `resourceId`, and adds it if need be. */
export function lockOf(state: LockState, resourceId: string): Lock {
  let lock = state.locks.get(resourceId);
  if (lock === undefined) state.locks.set(resourceId, lock = idleLock(resourceId));
  return lock;
}

/** Returns a lock that is not in use, and in no table. */
export function idleLock(resourceId: string): Lock {
  return {
    resourceId,
    capacity: DEFAULT_CAPACITY,
    used: 0,
    sharers: 0,
    holds: emptyList(),
    queue: [],
    uses: 0,
    search: 0,
    paths: undefined,
  };
}

/** Returns the owner of that name, and adds it if need be. An idle one may change its agent. */
export function ownerOf(state: LockState, name: string, agentId: string): Owner {
  let owner = state.owners.get(name);
  if (owner === undefined) {
    owner = {
      owner: name,
      agentId,
      holds: emptyList(),
      waits: emptyList(),
      outgoing: undefined,
      incoming: undefined,
      search: 0,
    };
    state.owners.set(name, owner);
    if (name !== agentId) addAlias(state, owner);
  } else if (owner.agentId !== agentId && isIdle(owner)) {
    dropAlias(state, owner);
    owner.agentId = agentId;
    if (name !== agentId) addAlias(state, owner);
  }
  return owner;
}

function addAlias({ aliases }: LockState, owner: Owner): void {
  if (isClaim(owner.owner)) return;
  const known = aliases.get(owner.agentId);
  if (known === undefined) aliases.set(owner.agentId, new Set([owner]));
  else known.add(owner);
}

function dropAlias({ aliases }: LockState, owner: Owner): void {
  const known = aliases.get(owner.agentId);
  if (known?.delete(owner) && known.size === 0) aliases.delete(owner.agentId);
}

/** Returns the owners of an agent, claims excepted: the one of its name first. */
export function ownersOf({ owners, aliases }: Readonly<LockState>, agentId: string): Owner[] {
  const own = owners.get(agentId);
  return [...own === undefined ? [] : [own], ...aliases.get(agentId) ?? []];
}

/** Returns whether an agent holds, waits for, asks or is asked anything, apart from its claims. */
export function isInvolved(state: Readonly<LockState>, agentId: string): boolean {
  return ownersOf(state, agentId).some((owner) => !isIdle(owner));
}

/**
 * Returns an empty list with room for one. Most lists here never hold more, while the first `push`
 * to a plain `[]` makes room for seventeen: most of the memory that a waiter costs.
 */
function emptyList<Element>(): Element[] {
  const list: (Element | undefined)[] = [undefined];
  list.pop();
  return list as Element[];
}

/** Returns whether an owner holds and waits for nothing, and has no request. */
export function isIdle({ holds, waits, outgoing, incoming }: Owner): boolean {
  return holds.length + waits.length === 0 && outgoing === undefined && incoming === undefined;
}

/** Forgets idle locks and owners; next when the tables have doubled, so in O(1) amortized. */
export function sweep(state: LockState): void {
  const { locks, owners } = state;
  for (const { resourceId, uses } of locks.values()) if (uses === 0) locks.delete(resourceId);
  for (const owner of owners.values()) {
    if (!isIdle(owner)) continue;
    owners.delete(owner.owner);
    dropAlias(state, owner);
  }
  state.sweepAt = Math.max(FEWEST_SWEPT, 2 * (locks.size + owners.size));
}

/** Returns the grant that `owner` has on `lock`. Searches the shorter of the two lists. */
export function findHold(lock: Lock, owner: Owner): Hold | undefined {
  return owner.holds.length <= lock.holds.length
    ? owner.holds.find((hold) => hold.lock === lock)
    : lock.holds.find((hold) => hold.owner === owner);
}

/** Returns the tickets that `owner` has for `lock`, oldest first. Searches the shorter of two lists. */
export function findTickets(lock: Lock, owner: Owner): Ticket[] {
  const found = lock.queue.length <= owner.waits.length
    ? lock.queue.filter(({ wait }) => wait.owner === owner)
    : owner.waits.flatMap(({ tickets }) => tickets.filter((ticket) => ticket.lock === lock));
  return found.sort((a, b) => a.sequence - b.sequence);
}

/** Whether `lock` can be granted like this beside what is held of it. */
export function admits(
  lock: Pick<Lock, "capacity" | "used" | "sharers">,
  mode: LockMode,
  units: number,
): boolean {
  if (mode === "shared") return lock.used === 0;
  return lock.sharers === 0 && lock.used + units <= lock.capacity;
}

/** Whether a holder needs nothing beyond `hold` to hold its lock like this. */
export function covers(hold: Hold, mode: LockMode, units: number): boolean {
  if (hold.mode === mode) return mode === "shared" || hold.units >= units;
  // Others may hold units beside as many as there are when the capacity was lowered.
  const { capacity, used } = hold.lock;
  return hold.mode === "exclusive" && hold.units >= capacity && hold.units === used;
}

/** Whether the holders of its lock exclude `ticket`: all do or none, as all hold in one mode. */
export function isExcluded({ lock, mode }: Ticket): boolean {
  return mode === "exclusive" || lock.sharers === 0;
}

// Whether a request can be granted, and what it waits for.

/** A lock that is a set of paths. */
type PathLock = Lock & { readonly paths: LockPaths };

/** Whether the resource of a lock is a set of paths. */
export function isOfPaths(lock: Lock): lock is PathLock {
  return lock.paths !== undefined;
}

/** A request for one lock. */
interface Asked {
  readonly lock: Lock;
  readonly mode: LockMode;
}

/** Returns the place of a request that comes last among those of its rank. */
export function lastPlace(rank: number): HeapEntry {
  return { rank, sequence: Infinity, position: -1 };
}

/** Whether an owner can be granted at once what it asks for, with the `rank` of a wait that begins. */
export function isFree(
  { lock, mode, units }: Asked & { readonly units: number },
  owner: Owner | undefined,
  rank: number,
): boolean {
  if (isOfPaths(lock)) {
    return !isExcludedNear(lock, mode, owner) && !isPreceded(lock, mode, owner, lastPlace(rank));
  }
  if (!admits(lock, mode, units)) return false;
  const first = lock.queue[0];
  return first === undefined || rank < first.rank;
}

/** Whether a ticket is served next: no holder excludes it, and no wait precedes it. */
export function isNext(ticket: Ticket): boolean {
  const { lock, mode, units, position, wait: { owner } } = ticket;
  if (!isOfPaths(lock)) return position === 0 && admits(lock, mode, units);
  return !isExcludedNear(lock, mode, owner) && !isPreceded(lock, mode, owner, ticket);
}

/** Whether the owner of `ticket` has to wait for its lock. */
export function isBlocked(ticket: Ticket): boolean {
  if (isNext(ticket)) return false;
  const { lock, wait, mode, units } = ticket;
  if (wait.tickets.length === 1) return true;
  const held = findHold(lock, wait.owner);
  return held === undefined || !covers(held, mode, units);
}

/** Whether waits other than `except` stand in the queue of a lock, or of one near to it. */
export function isAwaited(lock: Lock, except?: Wait): boolean {
  if (!isOfPaths(lock)) return lock.queue.length > (except === undefined ? 0 : 1);
  return someNear(lock, ({ queue }) => queue.length > 1 || (queue[0]?.wait ?? except) !== except);
}

/** Returns the grants of others that exclude a request of `owner`, oldest first. */
export function holdsAgainst({ lock, mode }: Asked, owner: Owner | undefined): Hold[] {
  const found: Hold[] = [];
  if (!isOfPaths(lock)) {
    if (mode === "exclusive" || lock.sharers === 0) found.push(...lock.holds);
  } else {
    someNear(lock, ({ holds }) => {
      found.push(...holds.filter((hold) => excludes(hold, mode, owner)));
      return false;
    });
  }
  return found.filter((hold) => hold.owner !== owner).sort((a, b) => a.epoch - b.epoch);
}

/** Returns the tickets that precede a request of `owner` at `place`, in the order of service. */
export function ticketsAhead(
  { lock, mode }: Asked,
  owner: Owner | undefined,
  place: HeapEntry,
): Ticket[] {
  const found: Ticket[] = [];
  if (!isOfPaths(lock)) found.push(...lock.queue.filter((other) => precedes(other, place)));
  else {
    someNear(lock, ({ queue }) => {
      found.push(...queue.filter((other) => isAhead(other, mode, owner, place)));
      return false;
    });
  }
  return found.sort((a, b) => precedes(a, b) ? -1 : 1);
}

/** Returns the oldest grant of `owner` that `ticket` waits for. */
export function holdAgainst({ lock, mode }: Ticket, owner: Owner): Hold | undefined {
  if (!isOfPaths(lock)) return findHold(lock, owner);
  return owner.holds.filter((hold) => clash(hold.mode, mode) && areNear(hold.lock, lock))
    .sort((a, b) => a.epoch - b.epoch)[0];
}

/** A ticket that may be served. Its rank is that of the ticket. */
export interface Candidate extends HeapEntry {
  readonly ticket: Ticket;
}

/** Returns the tickets near to `lock` among which the one is that is served next, smallest rank first. */
export function candidatesNear(lock: Lock): Candidate[] {
  const found: Candidate[] = [];
  if (!isOfPaths(lock)) return found;
  someNear(lock, ({ queue }) => {
    const first = queue[0];
    if (first === undefined) return false;
    // Those behind the first are blocked as it is, unless it waits for their owner or is its wait, or
    // shares the paths with them and waits for another lock.
    const mayShare = first.wait.tickets.length > 1 && first.mode === "shared";
    for (const ticket of queue) {
      const { owner: { holds, waits } } = ticket.wait;
      const isOne = ticket === first || holds.length > 0 || waits.length > 1 ||
        (mayShare && ticket.mode === "shared");
      if (isOne) addCandidate(found, ticket);
    }
    return false;
  });
  return found;
}

/** Adds a candidate, in O(log n). */
export function addCandidate(candidates: Candidate[], ticket: Ticket): void {
  const { rank, sequence } = ticket;
  push(candidates, { rank, sequence, position: -1, ticket });
}

/** Calls `test` with a lock and those near to it until it returns `true`. Returns whether it did. */
export function someNear(lock: PathLock, test: (near: Lock) => boolean): boolean {
  return test(lock) || lock.paths.overlaps.some(test);
}

function areNear(a: Lock, b: Lock): boolean {
  if (!isOfPaths(a) || !isOfPaths(b)) return false;
  if (a === b) return true;
  const isShorter = a.paths.overlaps.length <= b.paths.overlaps.length;
  return isShorter ? a.paths.overlaps.includes(b) : b.paths.overlaps.includes(a);
}

function clash(a: LockMode, b: LockMode): boolean {
  return a === "exclusive" || b === "exclusive";
}

function excludes(hold: Hold, mode: LockMode, owner: Owner | undefined): boolean {
  return hold.owner !== owner && clash(hold.mode, mode);
}

function isExcludedNear(lock: PathLock, mode: LockMode, owner: Owner | undefined): boolean {
  return someNear(
    lock,
    ({ holds, used }) =>
      (mode === "exclusive" || used > 0) && holds.some((hold) => excludes(hold, mode, owner)),
  );
}

function isPreceded(
  lock: PathLock,
  mode: LockMode,
  owner: Owner | undefined,
  place: HeapEntry,
): boolean {
  return someNear(lock, ({ queue }) =>
    queue[0] !== undefined && precedes(queue[0], place) &&
    queue.some((ticket) => isAhead(ticket, mode, owner, place)));
}

/** Whether a ticket near to a request of `owner` at `place` precedes it. */
function isAhead(
  ticket: Ticket,
  mode: LockMode,
  owner: Owner | undefined,
  place: HeapEntry,
): boolean {
  return precedes(ticket, place) && ticket.wait.owner !== owner && clash(ticket.mode, mode) &&
    (owner === undefined || holdAgainst(ticket, owner) === undefined);
}
